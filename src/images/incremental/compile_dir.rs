//! Directories for incremental compilation: one per concurrently used checkout, each reused later.
//!
//! A directory is used by one checkout at a time. The results of another checkout are removed before it is
//! used.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use crate::{
    base::failure::{Context, Kind, Result},
    images::build::cargo::claim_target,
};

/// A directory with an exclusive lock, which the kernel releases when the process ends.
#[derive(Debug)]
pub(super) struct CompileDir {
    folder: PathBuf,
    _lock: File,
}

impl CompileDir {
    /// Locks the first free directory in `cache` for the checkout at `root`.
    pub(super) fn acquire(cache: &Path, root: &Path) -> Result<Self> {
        acquire(&cache.join("watch"), root).context(Kind::Tool, "cannot find a directory for compiling")
    }

    pub(super) fn path(&self) -> &Path {
        &self.folder
    }
}

fn acquire(all: &Path, root: &Path) -> io::Result<CompileDir> {
    let mut number = 0_u32;
    loop {
        let folder = all.join(number.to_string());
        fs::create_dir_all(&folder)?;
        let lock = File::create(folder.join(".lock"))?;
        match lock.try_lock() {
            Ok(()) => {
                claim_target(&folder, &folder.join("target"), root)?;
                return Ok(CompileDir { folder, _lock: lock });
            }
            Err(TryLockError::WouldBlock) => number += 1,
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn concurrent_checkouts_get_separate_directories() {
        let cache = tempfile::tempdir().unwrap();
        let (one, two) = (Path::new("/one"), Path::new("/two"));
        let first = CompileDir::acquire(cache.path(), one).unwrap();
        let second = CompileDir::acquire(cache.path(), two).unwrap();
        assert_ne!(first.path(), second.path());
        let folder = first.path().to_owned();
        drop(first);
        assert_eq!(CompileDir::acquire(cache.path(), one).unwrap().path(), folder);
    }

    #[test]
    fn another_checkout_reuses_only_dependencies() {
        let cache = tempfile::tempdir().unwrap();
        let target =
            CompileDir::acquire(cache.path(), Path::new("/one")).unwrap().path().join("target/t/watch");
        let files = [
            "deps/libtokio-1.rlib",
            "deps/libseasense-2.rlib",
            "deps/seasense_backend-3",
            ".fingerprint/seasense-2/lib-seasense",
            ".fingerprint/tokio-1/lib-tokio",
            "incremental/seasense-4/x",
            "seasense-backend",
        ];
        for file in files {
            fs::create_dir_all(target.join(file).parent().unwrap()).unwrap();
            fs::write(target.join(file), "x").unwrap();
        }
        let left = || files.iter().filter(|file| target.join(file).exists()).copied().collect::<Vec<_>>();
        CompileDir::acquire(cache.path(), Path::new("/one")).unwrap();
        assert_eq!(left(), files);
        CompileDir::acquire(cache.path(), Path::new("/two")).unwrap();
        assert_eq!(left(), ["deps/libtokio-1.rlib", ".fingerprint/tokio-1/lib-tokio"]);
    }
}
