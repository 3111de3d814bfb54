//! Writes OCI images: reproducible layers, configuration and manifest, and archives for a Docker daemon.

mod archive;
mod compare;
mod hashing;
mod image;
mod layer;
mod repack;
mod tree;

pub use archive::write_archive;
pub use compare::differences;
pub use hashing::{HashingReader, HashingWriter, sha256_file, sha256_hex};
pub use image::{Descriptor, ImageConfig, ImageManifest, OCI_MANIFEST, Process, Rootfs, assemble};
pub use layer::{LAYER_MEDIA_TYPE, Layer, pack};
pub use repack::repack;
pub use tree::{Node, Source, Tree};
