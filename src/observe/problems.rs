//! Derives the problems of an environment from its observed state; pure.

use super::status::{Artifact, Problem};
use crate::{
    local::cluster::ClusterState,
    phases::PhaseState,
    workloads::{ApiProblem, DatabaseHealth, FleetHealth, GatewayHealth, Workload},
};

/// The age in seconds from which the newest reading is a problem, unless three intervals of a buoy are longer.
const FRESH_S: f64 = 10.0;

/// The name of the cluster's state in the status, and its problem.
pub(super) fn of_cluster(observed: &ClusterState) -> (&'static str, Option<Problem>) {
    let problem = |cause: String, hint: &str| Some(Problem::new("cluster", cause, hint));
    match observed {
        ClusterState::Running => ("running", None),
        ClusterState::Absent => ("absent", problem("there is no cluster".to_owned(), "run `seasense dev`")),
        ClusterState::Stopped => {
            ("stopped", problem("its nodes do not run".to_owned(), "run `seasense resume`"))
        }
        ClusterState::Paused { since } => {
            ("paused", problem(format!("it has been paused since {since:.0}"), "run `seasense resume`"))
        }
        ClusterState::Partial { reason } => {
            ("partial", problem(reason.clone(), "run `seasense dev`: it recreates the cluster"))
        }
        ClusterState::Foreign { container } => (
            "foreign",
            problem(
                format!("`{container}` was not created by seasense"),
                "remove that cluster, or rename the environment",
            ),
        ),
    }
}

pub(super) fn of_artifact(artifact: &Artifact) -> Option<Problem> {
    let missing = || Problem::new("artifact", "Flux follows no artifact", "run `seasense dev`");
    artifact.digest.is_none().then(missing)
}

pub(super) fn of_phases(phases: &[PhaseState]) -> Vec<Problem> {
    let not_ready = phases.iter().filter(|phase| !phase.ready);
    not_ready
        .map(|phase| {
            let cause = if phase.message.is_empty() { "not ready" } else { phase.message.as_str() };
            Problem::new(
                format!("phase/{}", phase.name),
                cause,
                "run `seasense dev`: it waits for the phase and names the blocking resource",
            )
        })
        .collect()
}

/// The problems that phases do not report: Flux checks a ready phase again only every few minutes. While a
/// phase is not ready, a workload that is not ready is a consequence, and listing it would hide the cause.
pub(super) fn of_workloads(workloads: &[Workload], phases: &[PhaseState]) -> Vec<Problem> {
    let settled = !phases.is_empty() && phases.iter().all(|phase| phase.ready);
    let not_ready = workloads.iter().filter(|workload| settled && !workload.ready);
    not_ready
        .map(|workload| {
            let part = format!("workload/{}/{}", workload.namespace, workload.name);
            let hint = "`seasense logs` shows its logs; `seasense status --watch` shows the last events";
            Problem::new(part, workload.message.clone(), hint)
        })
        .collect()
}

pub(super) fn of_database(database: &DatabaseHealth) -> Option<Problem> {
    if database.healthy {
        return (database.rows.is_none()).then(|| {
            Problem::new(
                "database",
                format!("its rows could not be counted: {}", database.message),
                LOGS_DATABASE,
            )
        });
    }
    Some(Problem::new("database", database.message.clone(), LOGS_DATABASE))
}

const LOGS_DATABASE: &str = "`seasense logs database` shows the logs of PostgreSQL";

pub(super) fn of_gateway(gateway: &GatewayHealth) -> Option<Problem> {
    if let Some(reported) = &gateway.reported {
        return Some(of_api(reported));
    }
    let bad = !gateway.https || !gateway.tls_verified;
    bad.then(|| {
        Problem::new("gateway", gateway.message.clone(), "`seasense logs gateway` shows the logs of Envoy")
    })
}

/// The problem that the API reports itself.
fn of_api(reported: &ApiProblem) -> Problem {
    let hint = match reported.code.as_str() {
        "database-credentials" => {
            "compare the password of the role `seasense` with the Secret `seasense/seasense-db-app`: the backend reads \
             the Secret again within two minutes of a change"
        }
        "database-unavailable" => LOGS_DATABASE,
        _ => "`seasense logs backend` shows the logs of the backend",
    };
    Problem::new("backend", reported.detail.clone(), hint)
}

/// The problem of the fleet: no container, or no recent reading. `interval_s` is the time between two readings
/// of a buoy.
pub(super) fn of_fleet(fleet: &FleetHealth, interval_s: u16) -> Option<Problem> {
    let hint = "`seasense logs fleet` shows the logs of the buoys";
    if fleet.buoys == 0 {
        return None;
    }
    if !fleet.running {
        let cause = if fleet.container.is_empty() {
            "its container does not exist"
        } else {
            fleet.container.as_str()
        };
        return Some(Problem::new("fleet", cause, "run `seasense dev`: it starts the fleet"));
    }
    let limit = FRESH_S.max(3.0 * f64::from(interval_s));
    match fleet.age_s {
        Some(age) if age <= limit => None,
        Some(age) => Some(Problem::new("fleet", format!("the latest reading is {age:.0} s old"), hint)),
        None => Some(Problem::new("fleet", "no reading has arrived yet", hint)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_limit_grows_with_the_interval_of_a_buoy() {
        let fleet = |age_s| FleetHealth { buoys: 3, running: true, age_s, ..FleetHealth::default() };
        assert_eq!(of_fleet(&fleet(Some(9.0)), 2), None);
        assert_eq!(of_fleet(&fleet(Some(11.0)), 2).unwrap().cause, "the latest reading is 11 s old");
        assert_eq!(of_fleet(&fleet(Some(50.0)), 20), None);
        assert_eq!(of_fleet(&fleet(None), 2).unwrap().cause, "no reading has arrived yet");
        assert_eq!(of_fleet(&FleetHealth::default(), 2), None, "an environment without buoys has no fleet");
    }

    #[test]
    fn refused_credentials_are_a_problem_of_the_backend() {
        let reported =
            ApiProblem { detail: "the database refuses".into(), code: "database-credentials".into() };
        let gateway = GatewayHealth {
            tls_verified: true,
            message: "GET /api/v1/summary answered 503".into(),
            reported: Some(reported),
            ..GatewayHealth::default()
        };
        let problem = of_gateway(&gateway).unwrap();
        assert_eq!((problem.part.as_str(), problem.cause.as_str()), ("backend", "the database refuses"));
        assert!(problem.hint.contains("seasense-db-app"), "{}", problem.hint);
        assert_eq!(of_gateway(&GatewayHealth { reported: None, ..gateway }).unwrap().part, "gateway");
    }

    #[test]
    fn a_late_deployment_is_a_problem_if_all_phases_are_ready() {
        let backend = Workload {
            namespace: "seasense".into(),
            name: "backend".into(),
            ready: false,
            available: 0,
            desired: 1,
            message: "0 of 1 replicas available".into(),
        };
        let phase = |ready| PhaseState { name: "apps".into(), ready, revision: None, message: String::new() };
        let found = of_workloads(std::slice::from_ref(&backend), &[phase(true)]);
        assert_eq!(found[0].part, "workload/seasense/backend");
        assert_eq!(of_workloads(std::slice::from_ref(&backend), &[phase(false)]), []);
        assert_eq!(of_workloads(&[Workload { ready: true, ..backend }], &[phase(true)]), []);
    }

    #[test]
    fn uncounted_rows_are_a_problem_of_a_healthy_database() {
        let healthy = DatabaseHealth { healthy: true, rows: Some(1), ..DatabaseHealth::default() };
        assert_eq!(of_database(&healthy), None);
        assert!(of_database(&DatabaseHealth { rows: None, ..healthy }).is_some());
    }

    #[test]
    fn every_cluster_state_except_running_has_a_hint() {
        for observed in [
            ClusterState::Absent,
            ClusterState::Stopped,
            ClusterState::Paused { since: jiff::Timestamp::UNIX_EPOCH },
            ClusterState::Partial { reason: "1 of its 3 containers exist".into() },
            ClusterState::Foreign { container: "x".into() },
        ] {
            let (_, problem) = of_cluster(&observed);
            assert!(problem.is_some_and(|problem| !problem.hint.is_empty()), "{observed:?}");
        }
        assert_eq!(of_cluster(&ClusterState::Running), ("running", None));
    }
}
