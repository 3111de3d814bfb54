//! Writes whole files: a reader, and a run after a crash, sees the old content or the new one.

use std::{
    fs::{File, Permissions},
    io::{BufWriter, Result, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
};

/// Writes `bytes` to `file`, readable by its owner only.
pub fn write_private(file: &Path, bytes: &[u8]) -> Result<()> {
    write_with(file, 0o600, |out| out.write_all(bytes))
}

/// Replaces `file` with what `content` writes, and gives it the permissions `mode`. Creates the directory where it is missing.
///
/// The content is on disk before the new file takes the place of the old one.
pub fn write_with(
    file: &Path,
    mode: u32,
    content: impl FnOnce(&mut BufWriter<&File>) -> Result<()>,
) -> Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
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
        assert_eq!(mode(&file), 0o600);
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
