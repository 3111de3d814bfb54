//! The caches of the supplies on this machine: their sizes, and their limits.

mod trim;

use std::{collections::BTreeSet, fs, io, path::Path};

use serde::Serialize;

use super::{Lock, Origin, context::lock_file, ensure::lock_supply};
use crate::{
    base::{
        docker::Docker,
        event::Events,
        failure::{Context, Kind, Result},
    },
    config::HostDirs,
    registry::DAEMON_PREFIX,
};
use trim::{CachedFile, surplus};

const GIB: u64 = 1 << 30;

/// A directory of the cache with its limit. What is removed is made or fetched again.
struct Folder {
    name: &'static str,
    limit: u64,
}

/// Results in `supply` are limited by number, and their paths are in the locks.
const FOLDERS: [Folder; 6] = [
    Folder { name: "go-build", limit: 12 * GIB },
    Folder { name: "cargo-target", limit: 3 * GIB },
    Folder { name: "watch", limit: 2 * GIB },
    Folder { name: "npm", limit: GIB / 2 },
    Folder { name: "diagnostics", limit: GIB / 4 },
    Folder { name: "built", limit: GIB / 4 },
];

/// One part of the cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The directory in the cache, or `images of the daemon`.
    pub name: String,
    /// Its size before.
    pub bytes: u64,
    /// Its limit; `None` if it is limited by use, not by size.
    pub limit_bytes: Option<u64>,
    /// What is removed, or with a dry run would be.
    pub removed_bytes: u64,
}

/// Reduces every part of the cache to its limit, and removes images of the daemon that no lock and no container
/// uses. With `dry_run` nothing is removed.
///
/// Waits for another run that supplies images.
pub async fn trim(
    dirs: &HostDirs,
    docker: Option<&Docker>,
    events: &Events,
    dry_run: bool,
) -> Result<Vec<Part>> {
    let _guard = if dry_run { None } else { Some(lock_supply(dirs, events).await?) };
    let mut parts = Vec::new();
    for folder in &FOLDERS {
        let what = || format!("reduce the cache `{}`", folder.name);
        parts.push(
            trim_folder(&dirs.cache().join(folder.name), folder, dry_run).with_context(Kind::Tool, what)?,
        );
    }
    if let Some(docker) = docker {
        parts.push(trim_images(dirs, docker, dry_run).await?);
    }
    Ok(parts)
}

fn trim_folder(root: &Path, folder: &Folder, dry_run: bool) -> io::Result<Part> {
    let mut files = Vec::new();
    collect(root, &mut files)?;
    let bytes = files.iter().map(|file| file.bytes).sum();
    let removed = surplus(files, folder.limit);
    let removed_bytes = removed.iter().map(|file| file.bytes).sum();
    if !dry_run {
        removed.iter().try_for_each(|file| absent(fs::remove_file(&file.path)))?;
    }
    Ok(Part { name: folder.name.to_owned(), bytes, limit_bytes: Some(folder.limit), removed_bytes })
}

/// The files below `folder`, without following links. Files that disappear meanwhile are left out.
fn collect(folder: &Path, files: &mut Vec<CachedFile>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        read => read?,
    };
    for entry in entries {
        let entry = entry?;
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(CachedFile { path: entry.path(), bytes: metadata.len(), used: metadata.modified()? });
        }
    }
    Ok(())
}

fn absent(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

async fn trim_images(dirs: &HostDirs, docker: &Docker, dry_run: bool) -> Result<Part> {
    let mut used: BTreeSet<String> =
        docker.list_containers(&[]).await?.into_iter().map(|container| container.image_id).collect();
    for lock in [Origin::Build, Origin::Pull].map(|origin| Lock::read(&lock_file(dirs, origin))) {
        for image in lock?.map(|lock| lock.images).unwrap_or_default().values() {
            used.extend(docker.image_id(&image.daemon_reference()).await?);
        }
    }
    let images = docker.images_of(DAEMON_PREFIX).await?;
    let (mut bytes, mut removed_bytes) = (0, 0);
    for image in images {
        bytes += image.bytes;
        if used.contains(&image.id) {
            continue;
        }
        removed_bytes += image.bytes;
        if !dry_run {
            for name in &image.names {
                docker.remove_image(name).await?;
            }
        }
    }
    Ok(Part { name: "images of the daemon".to_owned(), bytes, limit_bytes: None, removed_bytes })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn write(folder: &Path, name: &str, bytes: usize) -> PathBuf {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, vec![0; bytes]).unwrap();
        file
    }

    #[test]
    fn a_directory_is_reduced_to_its_limit() {
        let root = tempfile::tempdir().unwrap();
        let old = write(root.path(), "a/old", 60);
        let day = std::time::Duration::from_hours(24);
        fs::File::open(&old).unwrap().set_modified(std::time::SystemTime::now() - day).unwrap();
        let new = write(root.path(), "b/new", 60);
        let folder = Folder { name: "go-build", limit: 100 };
        let part = trim_folder(root.path(), &folder, true).unwrap();
        assert_eq!((part.bytes, part.removed_bytes), (120, 60));
        assert!(old.exists(), "a dry run removes nothing");
        assert_eq!(trim_folder(root.path(), &folder, false).unwrap(), part);
        assert!(!old.exists() && new.exists());
        assert_eq!(trim_folder(&root.path().join("gone"), &folder, false).unwrap().bytes, 0);
    }

    #[test]
    fn links_are_not_followed() {
        let (root, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let kept = write(other.path(), "kept", 10);
        std::os::unix::fs::symlink(other.path(), root.path().join("link")).unwrap();
        trim_folder(root.path(), &Folder { name: "npm", limit: 0 }, false).unwrap();
        assert!(kept.exists());
    }
}
