//! Folders to compile in: as many as there are checkouts that are worked on at once, each kept warm for the next.
//!
//! A place belongs to one checkout at a time, and what was compiled of another one is forgotten before it is used.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use crate::{
    base::failure::{Context, Kind, Result},
    images::build::cargo::settle,
};

/// A folder that is ours as long as this lives, however it ends.
#[derive(Debug)]
pub(super) struct Place {
    folder: PathBuf,
    _lock: File,
}

impl Place {
    /// Takes the first folder below `cache` that nobody holds, for the checkout at `root`.
    pub(super) fn take(cache: &Path, root: &Path) -> Result<Self> {
        take(&cache.join("watch"), root).context(Kind::Tool, "find a folder to compile in")
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

fn take(all: &Path, root: &Path) -> io::Result<Place> {
    let mut number = 0_u32;
    loop {
        let folder = all.join(number.to_string());
        fs::create_dir_all(&folder)?;
        let lock = File::create(folder.join(".lock"))?;
        match lock.try_lock() {
            Ok(()) => {
                settle(&folder, &folder.join("target"), root)?;
                return Ok(Place { folder, _lock: lock });
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
    fn two_at_once_get_two_folders_and_the_next_one_gets_the_warm_one() {
        let cache = tempfile::tempdir().unwrap();
        let (one, two) = (Path::new("/one"), Path::new("/two"));
        let first = Place::take(cache.path(), one).unwrap();
        let second = Place::take(cache.path(), two).unwrap();
        assert_ne!(first.folder(), second.folder());
        let folder = first.folder().to_owned();
        drop(first);
        assert_eq!(Place::take(cache.path(), one).unwrap().folder(), folder);
    }

    #[test]
    fn another_checkout_finds_the_packages_and_nothing_of_ours() {
        let cache = tempfile::tempdir().unwrap();
        let target = Place::take(cache.path(), Path::new("/one")).unwrap().folder().join("target/t/watch");
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
        Place::take(cache.path(), Path::new("/one")).unwrap();
        assert_eq!(left(), files);
        Place::take(cache.path(), Path::new("/two")).unwrap();
        assert_eq!(left(), ["deps/libtokio-1.rlib", ".fingerprint/tokio-1/lib-tokio"]);
    }
}
