//! Packs the `gitops/` tree and the pinned upstream manifests into one OCI artifact: same tree, same digest.

mod blame;
mod check;
pub mod contents;
mod flux;
mod image;
mod owners;
mod pack;
mod provenance;
mod push;
mod render;
mod tree;
mod upstream;
mod variable;

pub use blame::blame;
pub use flux::flux_objects;
pub use owners::changed;
pub use pack::{Blob, Packed, pack};
pub use provenance::Provenance;
pub use push::push;
pub use render::{Rendered, render, render_again, validate};
pub use tree::Tree;
pub use upstream::Upstream;
