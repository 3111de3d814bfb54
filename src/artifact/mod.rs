//! Packs `gitops/` and the pinned upstream manifests into an OCI artifact. The same files always have the same
//! digest.

mod api_validation;
mod blobs;
mod build;
mod build_cures;
mod build_faults;
mod check;
mod components;
mod contents;
mod definition_source;
mod definitions;
mod fetch;
mod fields;
mod file_type;
mod flux;
mod folders;
mod generated;
mod image_entries;
pub mod inspect;
mod locate;
mod objects;
mod pack;
mod patches;
mod pin_images;
mod program;
mod provenance;
mod publish;
mod push;
mod release;
mod render;
mod rendered;
pub mod rules;
mod selectors;
mod source_location;
mod spellings;
mod tree;
mod tree_files;
mod unbuilt;
mod upstream;
mod variable;
mod version;

pub use api_validation::ApiValidation;
pub use blobs::{Blob, Blobs};
pub use build::{
    BuildError, Built, Files, FluxBuild, ROOT, Walk, WalkInput, Wanted, is_flux_kustomization,
    root_kustomization,
};
pub use check::{CheckInput, SOPS_RULES, check, combined, phases_text};
pub use components::changed;
pub use contents::{Contents, REPOSITORY, RepositoryDigest, copy_contents};
pub use fetch::{Fetched, fetch};
pub use flux::{flux_images, flux_objects};
pub use pack::{COMPONENTS, Packed, pack};
pub use provenance::Provenance;
pub use publish::publish;
pub use push::push;
pub use release::{Published, Release};
pub use render::{pinned_files, render, render_unchecked, rerender};
pub use rendered::{Component, Rendered, SUFFIX_LENGTH};
pub use source_location::source_location;
pub use tree::Tree;
pub use upstream::Upstream;
pub use version::version;
