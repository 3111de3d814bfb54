//! Converts an observed snapshot into the state that promotions use; pure.

use crate::{
    observe::EnvironmentStatus,
    promotion::target::{Part, State},
};

/// Returns the phases, the workloads, the database and the gateway of a snapshot; nothing unless the cluster
/// runs.
pub fn from_snapshot(snapshot: &EnvironmentStatus) -> State {
    let part = |name: String, ready: bool, message: &str| Part { name, ready, message: message.to_owned() };
    let mut parts = Vec::new();
    if snapshot.cluster == "running" {
        let phases = snapshot.phases.iter();
        parts.extend(phases.map(|phase| {
            part(format!("phase/{}", phase.name), phase.ready, if phase.ready { "" } else { &phase.message })
        }));
        parts.extend(snapshot.workloads.iter().map(|workload| {
            let name = format!("workload/{}/{}", workload.namespace, workload.name);
            part(name, workload.ready, &workload.message)
        }));
        let database = &snapshot.database;
        parts.push(part(
            "database".into(),
            database.healthy,
            if database.healthy { "" } else { &database.message },
        ));
        let gateway = &snapshot.gateway;
        parts.push(part("gateway".into(), gateway.https && gateway.tls_verified, &gateway.message));
    }
    State { digest: snapshot.artifact.digest.clone(), parts, ..State::default() }
}
