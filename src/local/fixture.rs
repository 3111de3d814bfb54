//! The project's local environment for tests.

use std::path::Path;

use crate::config::{Environment, Project};

/// `envs/local.toml`, loaded from a project with no other environment.
pub fn local() -> Environment {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    for part in ["envs", "gitops"] {
        std::fs::create_dir(folder.path().join(part)).unwrap();
    }
    std::fs::copy(root.join("envs/local.toml"), folder.path().join("envs/local.toml")).unwrap();
    Environment::named(&Project::find(folder.path()).unwrap(), "local").unwrap()
}
