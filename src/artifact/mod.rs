//! Packs the `gitops/` tree and the pinned upstream manifests into one OCI artifact, a small tree of digests: same files, same digest.

mod blame;
mod check;
pub mod contents;
mod flux;
mod image;
mod pack;
mod parts;
mod provenance;
mod push;
mod render;
mod seal;
mod tree;
mod upstream;
mod variable;

pub use blame::blame;
pub use flux::flux_objects;
pub use pack::{PARTS, Packed, pack};
pub use parts::{PIN, Part, changed};
pub use provenance::Provenance;
pub use push::push;
pub use render::{Rendered, render, render_again, validate};
pub use seal::{Blob, Sealed};
pub use tree::Tree;
pub use upstream::Upstream;
