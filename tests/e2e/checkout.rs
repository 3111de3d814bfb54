//! Copies of the checkout, so that tests may edit what a person is working on.

use std::{fs, path::Path, process::Command};

/// Copies every file that Git tracks or would track.
pub fn copy_checkout(from: &Path, to: &Path) {
    let list = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(from)
        .output()
        .unwrap();
    for name in String::from_utf8(list.stdout).unwrap().split_terminator('\0') {
        if from.join(name).is_file() {
            let target = to.join(name);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::copy(from.join(name), target).unwrap();
        }
    }
}

/// Copies the files of one folder.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
