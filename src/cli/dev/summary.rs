//! What `dev` says at its end.

use crate::{config::Environment, observe::Snapshot, ui::Style};

/// Where things are, and how to use them.
pub fn text(seen: &Snapshot, environment: &Environment, style: Style) -> String {
    let primary = seen.database.primary.as_deref().unwrap_or("seasense-db-1");
    let node = format!("{}-control-plane", environment.cluster_name());
    let ca = &seen.endpoints.ca_file;
    let rows = [
        ("page", style.link(&seen.endpoints.page)),
        ("api", style.link(&seen.endpoints.api)),
        ("artifact", seen.artifact.digest.clone().unwrap_or_default()),
        ("readings", format!("{} rows, {} buoys", seen.database.rows.unwrap_or_default(), seen.fleet.buoys)),
        ("database", format!("{} instances, primary {primary}", seen.database.instances.len())),
        ("trust", format!("curl --cacert {ca} {}", seen.endpoints.page)),
        ("", format!("in a browser: import {ca} as an authority")),
        (
            "psql",
            format!(
                "docker exec -it {node} kubectl exec -it -n seasense {primary} -c postgres -- psql seasense"
            ),
        ),
        ("kubectl", format!("KUBECONFIG={} kubectl get pods -A", seen.endpoints.kubeconfig)),
    ];
    let mut text =
        format!("\n{}\n", style.strong(&format!("{} is up, and proved from outside.", seen.environment)));
    for (name, value) in rows {
        text += &format!("  {} {value}\n", style.dim(&format!("{name:9}")));
    }
    text += &format!("  {}\n", style.dim("`seasense status` tells how it is, `seasense down` removes it."));
    text
}
