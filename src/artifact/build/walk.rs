//! Builds Kustomizations and those that they define, level by level.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Files, FluxBuild, Outcome, ROOT, Wanted, is_flux_kustomization, root_kustomization};
use crate::base::failure::Result;

/// The Kustomizations that were found, from the root on. Each is built once, also if they define each other.
#[derive(Debug, Clone)]
pub struct Walk {
    definitions: BTreeMap<String, Value>,
    pending: Vec<Value>,
}

/// The sources and the variables of a build.
#[derive(Debug, Clone, Copy)]
pub struct WalkInput<'a> {
    /// The files of the Flux sources, by name.
    pub sources: &'a BTreeMap<&'a str, &'a Files>,
    /// The data of the ConfigMap `environment`.
    pub variables: &'a BTreeMap<String, String>,
    /// Replaces each definition that is found, before it is built.
    pub prepare: fn(&Value) -> Value,
}

impl Default for Walk {
    fn default() -> Self {
        let root = root_kustomization();
        Self { definitions: BTreeMap::from([(ROOT.to_owned(), root.clone())]), pending: vec![root] }
    }
}

impl Walk {
    /// The Kustomizations that were found, as they are applied, by name.
    pub const fn definitions(&self) -> &BTreeMap<String, Value> {
        &self.definitions
    }

    /// The Kustomizations that are not built yet.
    pub fn pending(&self) -> &[Value] {
        &self.pending
    }

    /// Does not build the pending Kustomizations with these names.
    pub fn skip(&mut self, names: &BTreeSet<String>) {
        self.pending.retain(|definition| !names.contains(&name(definition)));
    }

    /// Builds the pending Kustomizations. Those found in the results become pending.
    pub async fn step(&mut self, flux: &FluxBuild, input: WalkInput<'_>) -> Result<Vec<(String, Outcome)>> {
        let pending = std::mem::take(&mut self.pending);
        let wanted = pending.iter().map(|definition| {
            let is_root = name(definition) == ROOT;
            let definition = if is_root { definition.clone() } else { (input.prepare)(definition) };
            Wanted { definition, variables: Some(input.variables) }
        });
        let wanted: Vec<Wanted<'_>> = wanted.collect();
        let outcomes = flux.build(input.sources, &wanted).await?;
        let objects = outcomes.iter().flatten().flat_map(|built| &built.objects);
        for object in objects.filter(|object| is_flux_kustomization(object)) {
            if self.definitions.insert(name(object), object.clone()).is_none() {
                self.pending.push(object.clone());
            }
        }
        Ok(pending.iter().map(name).zip(outcomes).collect())
    }
}

fn name(definition: &Value) -> String {
    definition["metadata"]["name"].as_str().unwrap_or_default().to_owned()
}
