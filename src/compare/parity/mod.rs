//! Proves that two environments differ in nothing but what was reviewed: variables on the list, and what they fill in.

mod allowed;
mod evaluate;
mod explain;

use std::collections::BTreeMap;

pub use allowed::{Allowed, Difference, FILE};
pub use evaluate::{Facts, Parity, Stale, Unexplained, Used, VERSION, evaluate};
pub use explain::{Explained, Manifests, explain};

use super::{
    Flux, Platform, Where,
    build::{build_both, build_with, differing},
    side,
};
use crate::{base::failure::Result, config::EnvFile};

/// What stands for the value of `variable` in a build that shows where variables go: one word in every place of YAML.
fn stand_in(variable: &str) -> String {
    format!("VARIABLE-{variable}-ELBAIRAV")
}

/// Builds the work tree with the variables of both environments, and once more with names in the place of values, and
/// finds for each difference the variables that make it.
pub async fn manifests(at: &Where, flux: &Flux, a: &EnvFile, b: &EnvFile) -> Result<Manifests> {
    let rendered = side::tree(at).await?;
    let platform =
        |variables: &BTreeMap<String, String>| Platform::rendered(rendered.clone(), variables.clone());
    let (left, right) = (platform(&a.variables), platform(&b.variables));
    let (old, new) = build_both(flux, &left, &right).await?;
    let names: BTreeMap<String, String> =
        a.variables.keys().chain(b.variables.keys()).map(|name| (name.clone(), stand_in(name))).collect();
    // The folders that are built are those of the first environment; what is filled into them are the names.
    let neutral = build_with(flux, &left, &names, &old).await?;
    Ok(explain(&old, &new, &neutral, &differing(&a.variables, &b.variables)))
}
