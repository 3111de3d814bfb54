//! The report of a comparison: all differences between two sides.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{
    Cost, Field, ImageChange, Infrastructure, Manifests, Migrations, Resource, Takeover, fields, images,
};
use crate::{
    base::digest::Digest,
    compare::{Phases, Side},
    config::{EnvName, Infra},
};

/// The version of the JSON form.
pub const VERSION: u32 = 1;

/// Identifies one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SideLabel {
    /// The name for display.
    pub label: String,
    /// The commit that was read, or that the artifact was packed from.
    pub commit: Option<String>,
    /// The digest, if the side is an artifact.
    pub digest: Option<Digest>,
    /// The environment whose variables are substituted.
    pub environment: EnvName,
}

/// All differences.
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
    /// The built manifests.
    pub manifests: Manifests,
    /// The images.
    pub images: Vec<ImageChange>,
    /// The database migrations.
    pub migrations: Migrations,
    /// The variables, by name.
    pub variables: Vec<Field>,
    /// The infrastructure outside the cluster.
    pub infrastructure: Infrastructure,
    /// The monthly cost; `None` if no side has infrastructure.
    pub cost: Option<Cost>,
    /// Notes for the user about how the sides were read.
    pub notes: Vec<String>,
}

/// Differences that are determined outside this module.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extra {
    /// The resources that a given plan changes.
    pub plan: Option<Vec<Resource>>,
    /// The monthly cost of both sides.
    pub cost: Option<Cost>,
}

impl Report {
    /// Compares two sides with their built phases.
    pub fn between(
        (before, old): (&Side, &Phases),
        (after, new): (&Side, &Phases),
        infra: &Infra,
        extra: Extra,
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
                plan: extra.plan,
            },
            cost: extra.cost,
            notes: before.notes.iter().chain(&after.notes).cloned().collect(),
        };
        report.notes.extend(Takeover::between(old, new).iter().map(ToString::to_string));
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
