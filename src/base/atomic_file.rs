//! Writes files atomically: a reader, also after a crash, finds the old content or the new content.

use std::{
    fs::{File, Permissions},
    io::{BufWriter, Result, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use super::failure::{Context, Kind, Result as FailureResult};

/// The mode of files that only their owner may read and write.
pub const PRIVATE: u32 = 0o600;

/// Writes `bytes` to `file`, readable by its owner only. Creates the directory if it is missing.
pub fn write_private(file: &Path, bytes: &[u8]) -> Result<()> {
    write_with(file, PRIVATE, |out| out.write_all(bytes))
}

/// Replaces the private file `file` in a directory that must exist: a state directory that was removed is not
/// created again.
///
/// Fails with kind `Tool`.
pub fn replace_private(file: &Path, bytes: &[u8]) -> FailureResult<()> {
    let written = replace(file, PRIVATE, |out| out.write_all(bytes));
    written.with_context(Kind::Tool, || format!("write `{}`", file.display()))
}

/// Writes `file` with `content` and the permissions `mode`. Creates the directory if it is missing.
pub fn write_with(
    file: &Path,
    mode: u32,
    content: impl FnOnce(&mut BufWriter<&File>) -> Result<()>,
) -> Result<()> {
    std::fs::create_dir_all(directory(file))?;
    replace(file, mode, content)
}

fn directory(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes `file` with `content` and the permissions `mode` in a directory that must exist.
///
/// The content is on disk before the new file replaces the old one.
pub fn replace(
    file: &Path,
    mode: u32,
    content: impl FnOnce(&mut BufWriter<&File>) -> Result<()>,
) -> Result<()> {
    let folder = directory(file);
    let new = tempfile::NamedTempFile::new_in(folder)?;
    let mut out = BufWriter::new(new.as_file());
    content(&mut out)?;
    out.flush()?;
    drop(out);
    new.as_file().set_permissions(Permissions::from_mode(mode))?;
    new.as_file().sync_all()?;
    new.persist(file).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(file: &Path) -> u32 {
        std::fs::metadata(file).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn private_file_is_replaced_and_readable_by_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/directory/record.json");
        write_private(&file, b"first").unwrap();
        write_private(&file, b"second").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"second");
        assert_eq!(mode(&file), PRIVATE);
    }

    #[test]
    fn replace_does_not_create_the_directory() {
        let folder = tempfile::tempdir().unwrap();
        let failure = replace_private(&folder.path().join("removed/record.json"), b"x").unwrap_err();
        assert_eq!(failure.kind, Kind::Tool);
        assert!(!folder.path().join("removed").exists());
        replace_private(&folder.path().join("record.json"), b"x").unwrap();
        assert_eq!(mode(&folder.path().join("record.json")), PRIVATE);
    }

    #[test]
    fn failed_content_leaves_the_old_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lock.json");
        write_with(&file, 0o644, |out| out.write_all(b"old")).unwrap();
        let failed = write_with(&file, 0o644, |out| {
            out.write_all(b"half")?;
            Err(std::io::Error::other("the disk is full"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read(&file).unwrap(), b"old");
        assert_eq!(mode(&file), 0o644);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
