//! Copies of the checkout, so that tests can edit files without changing the user's.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

/// Updates `to` to a copy of the files that Git tracks or would track in `from`.
///
/// Identical files keep their modification time, so that compilers reuse earlier results.
pub fn copy_checkout(from: &Path, to: &Path) {
    let names = files(from);
    if to.join(".git").is_dir() {
        for stale in files(to).difference(&names) {
            let _ = fs::remove_file(to.join(stale));
        }
    }
    for name in names {
        let (source, target) = (from.join(&name), to.join(&name));
        if source.is_file() && !identical(&source, &target) {
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::copy(source, target).unwrap();
        }
    }
}

/// The files that Git tracks or would track in a checkout, relative to it.
fn files(checkout: &Path) -> BTreeSet<String> {
    let list = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(checkout)
        .output()
        .unwrap();
    let names = String::from_utf8(list.stdout).unwrap();
    names.split_terminator('\0').map(str::to_owned).collect()
}

fn identical(a: &Path, b: &Path) -> bool {
    let permissions = |file: &Path| fs::metadata(file).map(|metadata| metadata.permissions()).ok();
    b.is_file() && permissions(a) == permissions(b) && fs::read(a).ok() == fs::read(b).ok()
}

/// Commits all files of `folder`, which becomes a Git repository if it is not one.
pub fn commit_all(folder: &Path, message: &str) {
    for arguments in [
        &["init", "-q"][..],
        &["add", "-A"],
        &["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", message],
    ] {
        Command::new("git").args(arguments).current_dir(folder).status().unwrap();
    }
}
