//! Sample snapshots: one in which every field has a value, and one in which most are empty.

use seasense::{
    base::{digest::Digest, k8s::EventNote},
    observe::{Artifact, Endpoints, EnvironmentStatus, Problem, VERSION},
    phases::PhaseState,
    workloads::{DatabaseHealth, FleetCounts, FleetHealth, GatewayHealth, Instance, Workload},
};

/// Returns the digest with 64 times the hex digit `c`.
pub fn digest(c: &str) -> Digest {
    format!("sha256:{}", c.repeat(64)).parse().unwrap()
}

fn instance(role: &str, lag: Option<u64>) -> Instance {
    Instance {
        name: format!("seasense-db-{role}"),
        role: role.into(),
        ready: true,
        lag_bytes: lag,
        lag_ms: lag,
    }
}

#[allow(clippy::too_many_lines, reason = "every field of a snapshot has a value")]
pub fn full() -> EnvironmentStatus {
    EnvironmentStatus {
        version: VERSION,
        ready: false,
        environment: "local".into(),
        cluster: "running".into(),
        artifact: Artifact {
            digest: Some(digest("a")),
            commit: Some("cafe".into()),
            dirty: Some(true),
            unverified: false,
        },
        phases: vec![PhaseState {
            name: "apps".into(),
            ready: true,
            revision: Some(digest("a")),
            message: "Applied revision".into(),
            blocker: None,
        }],
        workloads: vec![Workload {
            namespace: "seasense".into(),
            name: "backend".into(),
            ready: true,
            available: 1,
            desired: 1,
            message: String::new(),
        }],
        database: DatabaseHealth {
            instances: vec![instance("primary", None), instance("replica", Some(3))],
            primary: Some("seasense-db-1".into()),
            rows: Some(12),
            schema: Some(3),
            schema_needed: Some(3),
            timescaledb: Some("2.19.3".into()),
            healthy: true,
            message: "1 of 1 instances ready".into(),
        },
        gateway: GatewayHealth {
            address: "https://seasense.localhost:8443".into(),
            https: true,
            tls_verified: true,
            message: String::new(),
            reported: None,
        },
        fleet: FleetHealth {
            buoys: 12,
            running: true,
            latest_reading_at: Some("2026-01-01T00:00:00Z".into()),
            age_s: Some(1.5),
            container: "Up 3 minutes".into(),
            stored: Some(12),
            counted_at: Some("2026-01-01T00:00:01Z".into()),
            counts: Some(FleetCounts {
                measured: 13,
                acknowledged: 12,
                waiting: 1,
                ..FleetCounts::default()
            }),
        },
        endpoints: Endpoints {
            page: "p".into(),
            api: "a".into(),
            ca_file: "c".into(),
            kubeconfig: "k".into(),
        },
        events: vec![EventNote {
            about: "Pod seasense/backend-1".into(),
            warning: true,
            reason: "BackOff".into(),
            message: "Back-off restarting failed container".into(),
            at: "2026-01-01T00:00:00Z".into(),
        }],
        problems: vec![Problem { part: "fleet".into(), cause: "cause".into(), hint: "hint".into() }],
        authority: Some(b"PEM".into()),
    }
}

pub fn empty() -> EnvironmentStatus {
    EnvironmentStatus {
        cluster: "absent".into(),
        artifact: Artifact::default(),
        phases: Vec::new(),
        workloads: Vec::new(),
        events: Vec::new(),
        database: DatabaseHealth::default(),
        gateway: GatewayHealth::default(),
        fleet: FleetHealth::default(),
        ..full()
    }
}
