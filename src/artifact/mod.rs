//! Packs the `gitops/` tree and the pinned upstream manifests into one OCI artifact: same tree, same digest.

mod check;
mod flux;
mod image;
mod pack;
mod provenance;
mod push;
mod render;
mod tree;
mod upstream;
mod variable;

pub use flux::flux_objects;
pub use pack::{Blob, Packed, pack};
pub use provenance::Provenance;
pub use push::push;
pub use render::{Rendered, render, validate};
pub use tree::Tree;
pub use upstream::Upstream;
