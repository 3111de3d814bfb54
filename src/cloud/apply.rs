//! Applies the infrastructure modules.

use serde::Serialize;
use serde_json::Value;

use super::{
    InfraContext,
    change_plan::{ChangePlan, Purpose, plan_for},
    dns::{self, Record},
};
use crate::{
    base::failure::{Failure, Kind, Result},
    config::Secret,
    local::cluster::kubeconfig,
};

/// The result of an apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// The version of the schema.
    pub version: u8,
    /// How many resources were created, changed or removed.
    pub changed: usize,
    /// The cluster, as region/uuid.
    pub cluster: String,
    /// The prefix of image names.
    pub registry: String,
    /// The DNS records of the public name.
    pub dns: Vec<Record>,
    /// The kubeconfig with the administrator's token.
    #[serde(skip)]
    pub kubeconfig: Option<Secret>,
}

/// Plans and applies, after `confirm` accepted the changes, and writes the kubeconfig to the private directory.
/// A plan without changes needs no confirmation.
pub async fn apply(
    context: &InfraContext,
    confirm: impl FnOnce(&ChangePlan<'_>) -> Result<()>,
) -> Result<Applied> {
    let plan = plan_for(context, Purpose::Apply).await?;
    if !plan.summary.is_empty() {
        confirm(&plan)?;
    }
    let outputs = plan.apply(context).await?;
    let applied = read(&outputs, plan.summary.changes.len())?;
    dns::set_record(context, applied.dns.first()).await?;
    if let Some(kubeconfig) = &applied.kubeconfig {
        let name = &context.infrastructure.environment;
        kubeconfig::write_attached(&context.dirs, name, kubeconfig.reveal().as_bytes())?;
    }
    Ok(applied)
}

/// Reads OpenTofu's outputs.
fn read(outputs: &Value, changed: usize) -> Result<Applied> {
    let text = |name: &str| outputs[name]["value"].as_str().map(str::to_owned);
    let need = |name: &str| {
        text(name).ok_or_else(|| {
            Failure::new(Kind::Internal, format!("the modules have no output `{name}`"))
                .because("`infra/scaleway/outputs.tf` must define every output that is read")
        })
    };
    let records = outputs["dns_records"]["value"].as_array().into_iter().flatten().map(|record| {
        let field = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
        Record { name: field("name"), kind: field("type"), content: field("content") }
    });
    Ok(Applied {
        version: 1,
        changed,
        cluster: need("cluster_id")?,
        registry: need("registry")?,
        dns: records.collect(),
        kubeconfig: Some(Secret::new(need("kubeconfig")?)),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn outputs_are_read_and_the_kubeconfig_is_never_serialised() {
        let outputs = json!({
            "cluster_id": {"value": "fr-par/1"}, "registry": {"value": "rg.fr-par.scw.cloud/seasense-staging"},
            "kubeconfig": {"sensitive": true, "value": "token: abc"},
            "dns_records": {"value": [{"name": "a.example", "type": "CNAME", "content": "x.nodes.example"}]},
        });
        let applied = read(&outputs, 3).unwrap();
        assert_eq!(applied.dns[0].kind, "CNAME");
        let (shown, written) = (format!("{applied:?}"), serde_json::to_string(&applied).unwrap());
        assert!(!shown.contains("abc") && !written.contains("abc"), "{shown} {written}");
        assert_eq!(read(&json!({}), 0).unwrap_err().kind, Kind::Internal);
    }
}
