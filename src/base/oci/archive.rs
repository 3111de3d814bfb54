//! Writes the archive for `docker load`: configuration and uncompressed layers, with the image's name.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Write},
    path::Path,
};

use serde_json::json;

use super::{Layer, sha256_hex};

/// Writes the image of `config` and `layers` with the name `name` to the file `path`.
///
/// The daemon hashes uncompressed layers, so its id of the image is the digest of `config`, as in a registry.
pub fn write_archive(name: &str, config: &[u8], layers: &[Layer], path: &Path) -> io::Result<()> {
    let mut builder = tar::Builder::new(BufWriter::with_capacity(1 << 20, File::create(path)?));
    let config_name = format!("{}.json", sha256_hex(config));
    add(&mut builder, &config_name, config)?;
    let mut names = Vec::new();
    for layer in layers {
        let name = format!("{}.tar", layer.diff_id.hex());
        if !names.contains(&name) {
            add_layer(&mut builder, &name, layer)?;
        }
        names.push(name);
    }
    let manifest = json!([{ "Config": config_name, "RepoTags": [name], "Layers": names }]);
    add(&mut builder, "manifest.json", manifest.to_string().as_bytes())?;
    builder.into_inner()?.flush()
}

fn add<W: Write>(builder: &mut tar::Builder<W>, name: &str, bytes: &[u8]) -> io::Result<()> {
    builder.append_data(&mut header(bytes.len() as u64), name, bytes)
}

/// A tar header precedes its content, so the layer is decompressed twice, first to determine its size.
fn add_layer<W: Write>(builder: &mut tar::Builder<W>, name: &str, layer: &Layer) -> io::Result<()> {
    let open = || zstd::Decoder::new(BufReader::new(File::open(&layer.path)?));
    let size = io::copy(&mut open()?, &mut io::sink())?;
    builder.append_data(&mut header(size), name, open()?)
}

fn header(size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_mode(0o644);
    header.set_size(size);
    header
}
