//! Converts an observed snapshot into the state that promotions use; pure.

use crate::{
    observe::EnvironmentStatus,
    promotion::target::{ResourceState, State},
};

/// Returns the phases, the workloads, the database and the gateway of a snapshot; nothing unless the cluster
/// runs.
pub fn from_snapshot(snapshot: &EnvironmentStatus) -> State {
    let resource =
        |name: String, ready: bool, message: &str| ResourceState { name, ready, message: message.to_owned() };
    let mut resources = Vec::new();
    if snapshot.cluster == "running" {
        let phases = snapshot.phases.iter();
        resources.extend(phases.map(|phase| {
            let why = phase.blocker.as_ref().unwrap_or(&phase.message);
            resource(format!("phase/{}", phase.name), phase.ready, if phase.ready { "" } else { why })
        }));
        resources.extend(snapshot.workloads.iter().map(|workload| {
            let name = format!("workload/{}/{}", workload.namespace, workload.name);
            resource(name, workload.ready, &workload.message)
        }));
        let database = &snapshot.database;
        resources.push(resource(
            "database".into(),
            database.healthy,
            if database.healthy { "" } else { &database.message },
        ));
        let gateway = &snapshot.gateway;
        resources.push(resource("gateway".into(), gateway.https && gateway.tls_verified, &gateway.message));
    }
    State { digest: snapshot.artifact.digest.clone(), resources, ..State::default() }
}
