//! Hashes files and directories of the project as inputs of build keys.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::base::oci::sha256_file;

/// Directories that tools create; they are never an input.
const GENERATED: [&str; 3] = ["node_modules", "target", "dist"];

/// Hashes everything in `inputs` of the project at `root`: names, content, and whether files are executable.
pub fn hash(root: &Path, inputs: &[String]) -> io::Result<String> {
    let mut files = Vec::new();
    for input in inputs {
        let path = root.join(input);
        collect(&path, &mut files)
            .map_err(|error| io::Error::new(error.kind(), format!("{input}: {error}")))?;
    }
    files.sort();
    files.dedup();
    let mut hash = Sha256::new();
    for file in files {
        let executable = fs::metadata(&file)?.permissions().mode() & 0o111 != 0;
        let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
        hash.update(format!("{name}\0{executable}\0{}\n", sha256_file(&file)?));
    }
    Ok(hex::encode(hash.finalize()))
}

/// Copies the directory `from` to `to` without generated directories.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for file in files(from)? {
        let target = to.join(&file);
        fs::create_dir_all(target.parent().unwrap_or(to))?;
        fs::copy(from.join(file), target)?;
    }
    Ok(())
}

/// Returns the files of `folder`, relative to it, without generated directories.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    Ok(files.into_iter().filter_map(|file| Some(file.strip_prefix(folder).ok()?.to_owned())).collect())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !fs::metadata(path)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if !GENERATED.iter().any(|name| entry.file_name() == *name) {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("go/sub")).unwrap();
        fs::write(folder.path().join("go/go.mod"), "module a").unwrap();
        fs::write(folder.path().join("go/sub/main.go"), "package main").unwrap();
        folder
    }

    #[test]
    fn names_content_and_permissions_are_hashed() {
        let folder = project();
        let now = || hash(folder.path(), &["go".to_owned()]).unwrap();
        let first = now();
        assert_eq!(
            first,
            hash(project().path(), &["go".to_owned()]).unwrap(),
            "the location must not matter"
        );
        fs::create_dir(folder.path().join("go/node_modules")).unwrap();
        fs::write(folder.path().join("go/node_modules/x"), "x").unwrap();
        assert_eq!(first, now());
        fs::set_permissions(folder.path().join("go/go.mod"), fs::Permissions::from_mode(0o755)).unwrap();
        let second = now();
        assert_ne!(first, second);
        fs::write(folder.path().join("go/sub/main.go"), "package main\n").unwrap();
        assert_ne!(second, now());
    }

    #[test]
    fn a_missing_input_is_reported_by_name() {
        let error = hash(project().path(), &["nowhere".to_owned()]).unwrap_err();
        assert!(error.to_string().starts_with("nowhere"), "{error}");
    }
}
