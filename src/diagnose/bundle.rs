//! Writes the diagnostics bundle: redacts all files, packs them in path order and writes the file atomically.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    collector::{Collected, Content},
    redact::{self, Known},
};
use crate::base::{
    atomic_file,
    failure::{Context, Kind, Result},
};

const ENDING: &str = ".tar.zst";
/// The number of bundles kept in the cache.
const KEPT: usize = 5;
const LEVEL: i32 = 9;

/// Packs all files below the folder `root` into a tar archive compressed with zstd. Every file is redacted.
pub(super) fn pack(collected: Collected, root: &str, second: i64, known: &Known) -> io::Result<Vec<u8>> {
    let mut files: Vec<(String, Vec<u8>)> =
        collected.files.into_iter().map(|(path, content)| (path, redacted(content, known))).collect();
    files.sort();
    let encoder = zstd::Encoder::new(Vec::new(), LEVEL)?;
    let mut archive = tar::Builder::new(encoder);
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(u64::try_from(second).unwrap_or_default());
        archive.append_data(&mut header, format!("{root}/{path}"), bytes.as_slice())?;
    }
    archive.into_inner()?.finish()
}

fn redacted(content: Content, known: &Known) -> Vec<u8> {
    match content {
        Content::Text(text) => redact::text(&text, known).into_bytes(),
        Content::Data(value) => format!("{:#}\n", redact::value(value, known)).into_bytes(),
    }
}

/// Writes the bundle to `file` atomically, readable by its owner only.
pub(super) fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    atomic_file::write_private(file, bytes).with_context(Kind::Tool, || format!("write `{}`", file.display()))
}

/// Returns the default path of a bundle, in the cache.
pub(super) fn default_path(cache: &Path, root: &str) -> PathBuf {
    cache.join("diagnostics").join(format!("{root}{ENDING}"))
}

/// Removes all but the newest bundles in the folder of `file`. Errors are ignored.
pub(super) fn prune(file: &Path) {
    let Some(folder) = file.parent() else { return };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let bundles = entries.filter(|entry| entry.file_name().to_string_lossy().ends_with(ENDING));
    let mut bundles: Vec<_> =
        bundles.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
    bundles.sort();
    let surplus = bundles.len().saturating_sub(KEPT);
    for (_, bundle) in bundles.iter().take(surplus).filter(|(_, bundle)| bundle != file) {
        let _ = fs::remove_file(bundle);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn bundles_are_private_and_only_the_newest_are_kept() {
        let cache = tempfile::tempdir().unwrap();
        for number in 0..8 {
            let file = default_path(cache.path(), &format!("seasense-{number}"));
            write(&file, b"x").unwrap();
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(number);
            fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
            prune(&file);
        }
        let mut names: Vec<String> = fs::read_dir(cache.path().join("diagnostics"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, [3, 4, 5, 6, 7].map(|number| format!("seasense-{number}.tar.zst")));
        let mode = fs::metadata(default_path(cache.path(), "seasense-7")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn the_archive_is_reproducible() {
        let collected = |order: [&str; 2]| Collected {
            files: order.map(|path| (path.to_owned(), Content::Text(path.to_owned()))).to_vec(),
            missing: Vec::new(),
        };
        let known = Known::new([]);
        let one = pack(collected(["a", "b"]), "r", 1, &known).unwrap();
        assert_eq!(one, pack(collected(["b", "a"]), "r", 1, &known).unwrap());
    }
}
