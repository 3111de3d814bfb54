//! What `dev` says at its end.

use std::time::Duration;

use crate::{
    config::Environment,
    observe::Snapshot,
    ui::{Style, duration},
};

/// The steps that ended with how long they took, and the time of all together.
pub type Took = (Vec<(String, Duration)>, Duration);

/// A step that took less is not worth a person's attention.
const WORTH: Duration = Duration::from_millis(500);

fn elapsed((steps, all): &Took) -> String {
    let worth = steps.iter().filter(|(_, time)| *time >= WORTH);
    let parts: Vec<String> = worth.map(|(name, time)| format!("{name} {}", duration(*time))).collect();
    format!("{} in all; {}", duration(*all), parts.join(", "))
}

/// Where things are, and how to use them.
pub fn text(seen: &Snapshot, environment: &Environment, took: &Took, style: Style) -> String {
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
        ("", "in browsers and other programs: seasense trust install".to_owned()),
        (
            "psql",
            format!(
                "docker exec -it {node} kubectl exec -it -n seasense {primary} -c postgres -- psql seasense"
            ),
        ),
        ("kubectl", format!("KUBECONFIG={} kubectl get pods -A", seen.endpoints.kubeconfig)),
        ("took", elapsed(took)),
    ];
    let mut text =
        format!("\n{}\n", style.strong(&format!("{} is up, and proved from outside.", seen.environment)));
    for (name, value) in rows {
        text += &format!("  {} {value}\n", style.dim(&format!("{name:9}")));
    }
    text += &format!("  {}\n", style.dim("`seasense status` tells how it is, `seasense down` removes it."));
    text
}
