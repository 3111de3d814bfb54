//! Which files of a cache directory are removed. Pure.

use std::{path::PathBuf, time::SystemTime};

/// A file of a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CachedFile {
    /// Its path.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its last use: programs that use a file again set its modification time.
    pub used: SystemTime,
}

/// Returns the least recently used files without which the rest has at most `limit` bytes, oldest first.
pub(super) fn surplus(mut files: Vec<CachedFile>, limit: u64) -> Vec<CachedFile> {
    let mut total: u64 = files.iter().map(|file| file.bytes).sum();
    files.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
    let mut is_surplus = |file: &CachedFile| {
        let over = total > limit;
        total = total.saturating_sub(file.bytes);
        over
    };
    files.into_iter().take_while(|file| is_surplus(file)).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn file(name: &str, bytes: u64, used_s: u64) -> CachedFile {
        CachedFile { path: name.into(), bytes, used: SystemTime::UNIX_EPOCH + Duration::from_secs(used_s) }
    }

    #[test]
    fn the_least_recently_used_files_are_removed() {
        let files = vec![file("new", 5, 9), file("old", 5, 1), file("middle", 5, 4)];
        let names = |limit| -> Vec<String> {
            surplus(files.clone(), limit).into_iter().map(|file| file.path.display().to_string()).collect()
        };
        assert_eq!(names(15), [""; 0]);
        assert_eq!(names(14), ["old"]);
        assert_eq!(names(5), ["old", "middle"]);
        assert_eq!(names(0).len(), 3);
    }

    proptest! {
        #[test]
        fn the_rest_fits_and_no_file_is_removed_without_need(
            sizes in prop::collection::vec((0_u64..100, 0_u64..50), 0..20), limit in 0_u64..500,
        ) {
            let files: Vec<CachedFile> = sizes.iter().enumerate()
                .map(|(at, (bytes, used))| file(&at.to_string(), *bytes, *used)).collect();
            let total: u64 = files.iter().map(|file| file.bytes).sum();
            let removed = surplus(files, limit);
            let gone: u64 = removed.iter().map(|file| file.bytes).sum();
            prop_assert!(total - gone <= limit);
            if let Some(last) = removed.last() {
                prop_assert!(total - gone + last.bytes > limit);
            }
        }
    }
}
