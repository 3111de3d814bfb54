//! In what the infrastructure differs: its settings, and the resources that a plan of `OpenTofu` would change. Pure.

use serde::Serialize;

use super::Field;

/// What differs outside the cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Infrastructure {
    /// Settings of `infra/scaleway/envs/<env>.tfvars.json` that differ.
    pub settings: Vec<Field>,
    /// What a plan would do; `None` where no plan was given.
    pub plan: Option<Vec<Resource>>,
}

impl Infrastructure {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.settings.is_empty() && self.plan.as_ref().is_none_or(Vec::is_empty)
    }
}

/// One resource that a plan changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resource {
    /// Its address, for example `module.cluster.scaleway_k8s_pool.pool["a"]`.
    pub address: String,
    /// What happens to it: `create`, `update`, `delete`, or `replace` where it is deleted and made again.
    pub action: String,
    /// What differs in it. What the provider calls sensitive is masked, what it does not know yet is said so.
    pub fields: Vec<Field>,
}
