//! Where the definition of a Flux Kustomization is written.

use super::{
    build::{Files, is_flux_kustomization},
    definitions,
    file_type::UPSTREAM,
    generated,
    objects::{Written, written},
};
use crate::base::failure::Location;

/// The definition of a Kustomization: in the directory of the definitions, or in another phase.
pub(super) fn own_definition(files: &Files, name: &str) -> Option<Written> {
    let is_own = |path: &str| {
        let folder = path.split('/').next();
        folder != Some(UPSTREAM) && !path.starts_with(generated::FOLDER)
    };
    let mut all = written(files, is_own);
    all.retain(|object| object.name == name && is_flux_kustomization(&object.value));
    all.into_iter().min_by_key(|object| !definitions::is_of_definitions(&object.path))
}

/// The place of a field in the definition of a Kustomization, or its first line.
pub(super) fn field_of_definition(files: &Files, name: &str, field: &str) -> Option<Location> {
    let own = own_definition(files, name)?;
    Some(own.field(files, &own.value, field).unwrap_or_else(|| own.start()))
}
