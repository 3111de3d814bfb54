//! The summary at the end of `dev`.

use std::time::Duration;

use crate::{
    config::Environment,
    observe::EnvironmentStatus,
    ui::{Style, duration},
};

/// The ended steps with their durations, and the duration of the whole run.
pub type Took = (Vec<(String, Duration)>, Duration);

/// Shorter steps are omitted.
const SHOWN: Duration = Duration::from_millis(500);

fn elapsed((steps, all): &Took) -> String {
    let shown = steps.iter().filter(|(_, time)| *time >= SHOWN);
    let parts: Vec<String> = shown.map(|(name, time)| format!("{name} {}", duration(*time))).collect();
    format!("{} in all; {}", duration(*all), parts.join(", "))
}

/// The addresses of the environment and the commands to use it.
pub fn text(status: &EnvironmentStatus, environment: &Environment, took: &Took, style: Style) -> String {
    let primary = status.database.primary.as_deref().unwrap_or("seasense-db-1");
    let node = format!("{}-control-plane", environment.cluster_name());
    let ca = &status.endpoints.ca_file;
    let rows = [
        ("page", style.link(&status.endpoints.page)),
        ("api", style.link(&status.endpoints.api)),
        ("artifact", status.artifact.digest.clone().map(String::from).unwrap_or_default()),
        (
            "readings",
            format!("{} stored, {} buoys", status.fleet.stored.unwrap_or_default(), status.fleet.buoys),
        ),
        ("database", format!("{} instances, primary {primary}", status.database.instances.len())),
        ("trust", format!("curl --cacert {ca} {}", status.endpoints.page)),
        ("", "in browsers and other programs: seasense trust install".to_owned()),
        (
            "psql",
            format!(
                // The image of the database has no pager.
                "docker exec -it {node} kubectl exec -it -n seasense {primary} -c postgres -- psql -P pager=off seasense"
            ),
        ),
        ("kubectl", format!("KUBECONFIG={} kubectl get pods -A", status.endpoints.kubeconfig)),
        ("took", elapsed(took)),
    ];
    let mut text =
        format!("\n{}\n", style.strong(&format!("{} is running and verified.", status.environment)));
    for (name, value) in rows {
        text += &format!("  {} {value}\n", style.dim(&format!("{name:9}")));
    }
    text += &format!("  {}\n", style.dim("`seasense status` shows its state, `seasense down` removes it."));
    text
}
