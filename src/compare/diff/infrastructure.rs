//! The differences in infrastructure: its settings, and the resources that an `OpenTofu` plan changes.

use serde::Serialize;

use super::Field;

/// The differences outside the cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Infrastructure {
    /// Settings of `infra/scaleway/envs/<env>.tfvars.json` that differ.
    pub settings: Vec<Field>,
    /// The resources that the given plan changes; `None` without a plan.
    pub plan: Option<Vec<Resource>>,
}

impl Infrastructure {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.settings.is_empty() && self.plan.as_ref().is_none_or(Vec::is_empty)
    }
}

/// One resource that a plan changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resource {
    /// Its address, for example `module.cluster.scaleway_k8s_pool.pool["a"]`.
    pub address: String,
    /// The action: `create`, `update`, `delete`, or `replace` (deleted and created again).
    pub action: String,
    /// The fields that change. Sensitive values are masked, unknown ones are marked.
    pub fields: Vec<Field>,
}
