//! Packs the `gitops/` tree and the pinned upstream manifests into one OCI artifact, a small tree of digests: same files, same digest.

mod blame;
mod check;
mod closure;
mod component;
pub mod contents;
mod fetch;
mod flux;
mod image;
mod pack;
mod parts;
mod provenance;
mod publish;
mod push;
mod render;
mod seal;
mod tree;
mod upstream;
mod variable;
mod version;
pub mod whole;

pub use blame::blame;
pub use fetch::{Fetched, fetch};
pub use flux::{flux_images, flux_objects};
pub use pack::{PARTS, Packed, pack};
pub use parts::{PIN, Part, changed};
pub use provenance::Provenance;
pub use publish::publish;
pub use push::push;
pub use render::{Rendered, render, render_again, render_as_it_stands, validate};
pub use seal::{Blob, Sealed};
pub use tree::Tree;
pub use upstream::Upstream;
pub use version::version;
