//! All that differs between two sides, as one value: what people are shown and programs are given.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{
    Cost, Field, ImageChange, Infrastructure, Manifests, Migrations, Phases, Resource, Side, fields, images,
};
use crate::config::Infra;

/// The version of the JSON form.
pub const VERSION: u32 = 1;

/// What one side is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SideLabel {
    /// What a person calls it.
    pub label: String,
    /// The commit it stands for or was packed from.
    pub commit: Option<String>,
    /// The artifact's digest, where it is one.
    pub digest: Option<String>,
    /// The environment whose variables are filled in.
    pub environment: String,
}

/// All that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// [`VERSION`].
    pub version: u32,
    /// Whether anything differs.
    pub differs: bool,
    /// The first side.
    pub before: SideLabel,
    /// The second side.
    pub after: SideLabel,
    /// What Flux would apply.
    pub manifests: Manifests,
    /// The images.
    pub images: Vec<ImageChange>,
    /// The database's migrations.
    pub migrations: Migrations,
    /// The variables, by name.
    pub variables: Vec<Field>,
    /// What lies outside the cluster.
    pub infrastructure: Infrastructure,
    /// What it costs, where that is known.
    pub cost: Option<Cost>,
    /// What a person should know of how the sides were read.
    pub notes: Vec<String>,
}

/// What is compared beside the sides themselves.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Beside {
    /// What a plan would do, where one was given.
    pub plan: Option<Vec<Resource>>,
    /// What both sides cost, where somebody knows.
    pub cost: Option<Cost>,
}

impl Report {
    /// Compares two sides whose phases were built. Pure.
    pub fn between(
        (before, old): (&Side, &Phases),
        (after, new): (&Side, &Phases),
        infra: &Infra,
        beside: Beside,
    ) -> Self {
        let migrations = match (&before.migrations, &after.migrations) {
            (Some(old), Some(new)) => Migrations::between(old, new),
            _ => Migrations::default(),
        };
        let settings = |side: &Side| {
            side.infrastructure.clone().unwrap_or_else(|| Value::Object(serde_json::Map::new()))
        };
        let mut report = Self {
            version: VERSION,
            differs: false,
            before: label(before),
            after: label(after),
            manifests: Manifests::between(old, new),
            images: images::between(before, after, infra),
            migrations,
            variables: fields(&table(&before.platform.variables), &table(&after.platform.variables)),
            infrastructure: Infrastructure {
                settings: fields(&settings(before), &settings(after)),
                plan: beside.plan,
            },
            cost: beside.cost,
            notes: before.notes.iter().chain(&after.notes).cloned().collect(),
        };
        report.notes.dedup();
        report.differs = !report.manifests.changes.is_empty()
            || !report.images.is_empty()
            || !report.migrations.is_empty()
            || !report.variables.is_empty()
            || !report.infrastructure.is_empty()
            || report.cost.as_ref().is_some_and(Cost::differs);
        report
    }
}

fn label(side: &Side) -> SideLabel {
    SideLabel {
        label: side.label.clone(),
        commit: side.commit.clone(),
        digest: side.digest.clone(),
        environment: side.environment.clone(),
    }
}

fn table(variables: &BTreeMap<String, String>) -> Value {
    variables
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
