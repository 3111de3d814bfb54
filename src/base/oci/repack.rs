//! Converts the archive of a root file system into a layer, without times and without unwanted files.

use std::{
    fs::File,
    io::{self, BufReader, Write},
    path::Path,
};

use super::layer::{Layer, compress};

/// Copies the archive at `root` into the layer `path`, except the paths (without leading `./`) for which `drop`
/// is true.
pub fn repack(root: &Path, path: &Path, drop: impl Fn(&str) -> bool) -> io::Result<Layer> {
    let mut archive = tar::Archive::new(BufReader::with_capacity(1 << 20, File::open(root)?));
    compress(path, |writer| {
        let mut builder = tar::Builder::new(writer);
        for entry in archive.entries()? {
            let entry = entry?;
            let name = entry.path()?.to_string_lossy().trim_start_matches("./").to_owned();
            // The container runtime creates the root directory itself.
            if !name.is_empty() && !drop(name.trim_end_matches('/')) {
                copy(&mut builder, entry, &name)?;
            }
        }
        builder.finish()
    })
}

fn copy<W: Write, R: io::Read>(
    builder: &mut tar::Builder<W>,
    entry: tar::Entry<R>,
    name: &str,
) -> io::Result<()> {
    let source = entry.header();
    let kind = source.entry_type();
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(source.mode()?);
    header.set_uid(source.uid()?);
    header.set_gid(source.gid()?);
    header.set_mtime(0);
    header.set_size(0);
    if kind.is_symlink() || kind.is_hard_link() {
        let target = entry.link_name()?.unwrap_or_default().to_string_lossy().into_owned();
        let target = if kind.is_hard_link() { target.trim_start_matches("./") } else { &target };
        return builder.append_link(&mut header, name, target);
    }
    if kind.is_character_special() || kind.is_block_special() {
        header.set_device_major(source.device_major()?.unwrap_or_default())?;
        header.set_device_minor(source.device_minor()?.unwrap_or_default())?;
    }
    if kind.is_file() {
        header.set_size(entry.size());
    }
    builder.append_data(&mut header, name, entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(header: &mut tar::Header, mtime: u64) {
        header.set_mode(0o755);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(mtime);
    }

    fn archive(path: &Path, mtime: u64) {
        let mut builder = tar::Builder::new(File::create(path).unwrap());
        for (name, content) in
            [("./etc/machine-id", "abc"), ("./etc/passwd", "root:x:0:0"), ("./usr/bin/sh", "#!")]
        {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            own(&mut header, mtime);
            builder.append_data(&mut header, name, content.as_bytes()).unwrap();
        }
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Link);
        header.set_size(0);
        own(&mut header, mtime);
        builder.append_link(&mut header, "./usr/bin/dash", "./usr/bin/sh").unwrap();
        builder.finish().unwrap();
    }

    #[test]
    fn times_and_unwanted_files_are_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        archive(&place("a.tar"), 1);
        archive(&place("b.tar"), 2);
        let unwanted = |name: &str| name == "etc/machine-id";
        let first = repack(&place("a.tar"), &place("a"), unwanted).unwrap();
        let second = repack(&place("b.tar"), &place("b"), unwanted).unwrap();
        assert_eq!(first.digest, second.digest);
        let mut unpacked = tar::Archive::new(zstd::Decoder::new(File::open(&first.path).unwrap()).unwrap());
        let names: Vec<String> = unpacked
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let link = entry.link_name().unwrap().map(|name| format!("->{}", name.display()));
                format!("{}{}", entry.path().unwrap().display(), link.unwrap_or_default())
            })
            .collect();
        assert_eq!(names, ["etc/passwd", "usr/bin/sh", "usr/bin/dash->usr/bin/sh"]);
    }
}
