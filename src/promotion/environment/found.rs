//! What runs, as promotions ask for it, from a snapshot; pure.

use crate::{
    observe::EnvironmentStatus,
    promotion::{Part, State},
};

/// The phases, the workloads, the database and the gateway of a snapshot; nothing of a cluster that does not answer.
pub fn state(seen: &EnvironmentStatus) -> State {
    let part = |name: String, ready: bool, message: &str| Part { name, ready, message: message.to_owned() };
    let mut parts = Vec::new();
    if seen.cluster == "running" {
        let phases = seen.phases.iter();
        parts.extend(phases.map(|phase| {
            part(format!("phase/{}", phase.name), phase.ready, if phase.ready { "" } else { &phase.message })
        }));
        parts.extend(seen.workloads.iter().map(|workload| {
            let name = format!("workload/{}/{}", workload.namespace, workload.name);
            part(name, workload.ready, &workload.message)
        }));
        let database = &seen.database;
        parts.push(part(
            "database".into(),
            database.healthy,
            if database.healthy { "" } else { &database.message },
        ));
        let gateway = &seen.gateway;
        parts.push(part("gateway".into(), gateway.https && gateway.tls_verified, &gateway.message));
    }
    State { digest: seen.artifact.digest.clone(), parts, ..State::default() }
}
