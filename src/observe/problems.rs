//! Derives the problems of an environment from its observed state; pure.

use super::{
    advice::Advice,
    status::{Artifact, Problem},
};
use crate::{
    local::cluster::ClusterState,
    phases::PhaseState,
    workloads::{ApiProblem, DatabaseHealth, FleetHealth, GatewayHealth, Workload},
};

/// The age in seconds from which the newest reading is a problem, unless three intervals of a buoy are longer.
const FRESH_S: f64 = 10.0;

/// The name of the cluster's state in the status, and its problem.
pub(super) fn of_cluster(observed: &ClusterState, advice: &Advice) -> (&'static str, Option<Problem>) {
    let problem = |cause: String, hint: &str| Some(Problem::new("cluster", cause, hint));
    match observed {
        ClusterState::Running => ("running", None),
        ClusterState::Absent => ("absent", problem("there is no cluster".to_owned(), &advice.repair)),
        ClusterState::Stopped => ("stopped", problem("its nodes do not run".to_owned(), &advice.start)),
        ClusterState::Paused { since } => {
            ("paused", problem(format!("it has been paused since {since:.0}"), &advice.start))
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

pub(super) fn of_artifact(artifact: &Artifact, advice: &Advice) -> Option<Problem> {
    let missing = || Problem::new("artifact", "Flux follows no artifact", &advice.repair);
    artifact.digest.is_none().then(missing)
}

/// The resource that blocks a phase, else what the phase reports. A phase that only waits for another one is a
/// consequence, and comes after those with a cause of their own.
pub(super) fn of_phases(phases: &[PhaseState], advice: &Advice) -> Vec<Problem> {
    let late = phases.iter().filter(|phase| !phase.ready);
    let (causes, consequences): (Vec<_>, Vec<_>) = late.partition(|phase| phase.blocker.is_some());
    let problem = |phase: &PhaseState| {
        let cause = phase.blocker.as_ref().unwrap_or(&phase.message);
        Problem::new(format!("phase/{}", phase.name), cause.clone(), &advice.repair)
    };
    causes.into_iter().chain(consequences).map(problem).collect()
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

pub(super) fn of_database(database: &DatabaseHealth, advice: &Advice) -> Option<Problem> {
    if database.schema < database.schema_needed {
        let hint = format!("{}: it starts the backend again, which migrates the database", advice.repair);
        return Some(Problem::new("database", database.message.clone(), hint));
    }
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
/// of a buoy. If the API did not answer, the age is not known; that is the problem of the gateway.
pub(super) fn of_fleet(fleet: &FleetHealth, interval_s: u16, advice: &Advice) -> Option<Problem> {
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
        return Some(Problem::new("fleet", cause, format!("{}: it starts the fleet", advice.repair)));
    }
    let limit = FRESH_S.max(3.0 * f64::from(interval_s));
    match fleet.age_s {
        Some(age) if age <= limit => None,
        Some(age) => Some(Problem::new("fleet", format!("the latest reading is {age:.0} s old"), hint)),
        None if fleet.stored.is_none() => None,
        None => Some(Problem::new("fleet", "no reading has arrived yet", hint)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_limit_grows_with_the_interval_of_a_buoy() {
        let fleet =
            |age_s| FleetHealth { buoys: 3, running: true, age_s, stored: Some(0), ..FleetHealth::default() };
        let of_fleet = |fleet: &FleetHealth, interval| of_fleet(fleet, interval, &Advice::local());
        assert_eq!(of_fleet(&fleet(Some(9.0)), 2), None);
        assert_eq!(of_fleet(&fleet(Some(11.0)), 2).unwrap().cause, "the latest reading is 11 s old");
        assert_eq!(of_fleet(&fleet(Some(50.0)), 20), None);
        assert_eq!(of_fleet(&fleet(None), 2).unwrap().cause, "no reading has arrived yet");
        let unknown = FleetHealth { stored: None, ..fleet(None) };
        assert_eq!(of_fleet(&unknown, 2), None, "the API did not answer");
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
        let phase = |ready| PhaseState {
            name: "apps".into(),
            ready,
            revision: None,
            message: String::new(),
            blocker: None,
        };
        let found = of_workloads(std::slice::from_ref(&backend), &[phase(true)]);
        assert_eq!(found[0].part, "workload/seasense/backend");
        assert_eq!(of_workloads(std::slice::from_ref(&backend), &[phase(false)]), []);
        assert_eq!(of_workloads(&[Workload { ready: true, ..backend }], &[phase(true)]), []);
    }

    #[test]
    fn uncounted_rows_are_a_problem_of_a_healthy_database() {
        let healthy = DatabaseHealth { healthy: true, rows: Some(1), ..DatabaseHealth::default() };
        let of = |database: &DatabaseHealth| of_database(database, &Advice::local());
        assert_eq!(of(&healthy), None);
        assert!(of(&DatabaseHealth { rows: None, ..healthy.clone() }).is_some());
        let old = DatabaseHealth { schema: Some(4), schema_needed: Some(5), healthy: false, ..healthy };
        assert!(of(&old).unwrap().hint.contains("`seasense dev`: it starts the backend again"));
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
            let (_, problem) = of_cluster(&observed, &Advice::local());
            assert!(problem.is_some_and(|problem| !problem.hint.is_empty()), "{observed:?}");
        }
        assert_eq!(of_cluster(&ClusterState::Running, &Advice::local()), ("running", None));
    }

    #[test]
    fn the_phase_with_the_blocking_resource_comes_first() {
        let phase = |name: &str, blocker: Option<&str>| PhaseState {
            name: name.into(),
            ready: false,
            revision: None,
            message: "Reconciliation in progress".into(),
            blocker: blocker.map(str::to_owned),
        };
        let blocked = phase("data", Some("Pod seasense/db-1: Unschedulable"));
        let found = of_phases(&[phase("apps", None), blocked], &Advice::local());
        assert_eq!(found[0].part, "phase/data");
        assert_eq!(found[0].cause, "Pod seasense/db-1: Unschedulable");
        assert_eq!(found[1].cause, "Reconciliation in progress");
    }

    #[test]
    fn a_rehearsal_is_mended_by_a_promotion() {
        let project = crate::config::Project::find(std::path::Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let environment = |name: &str| crate::config::Environment::named(&project, name).unwrap();
        let rehearsal = Advice::of(&environment("rehearsal-staging"));
        assert!(rehearsal.repair.contains("`seasense promote staging --rehearse`"), "{rehearsal:?}");
        assert!(Advice::of(&environment("staging")).repair.contains("`seasense promote staging`"));
        assert_eq!(Advice::of(&environment("local")), Advice::local());
    }
}
