//! The published schema and the snapshot agree.

use serde_json::{Value, json};

use super::{Artifact, Endpoints, Problem, Snapshot};
use crate::{
    phases::PhaseState,
    workloads::{DatabaseHealth, FleetHealth, GatewayHealth, Instance},
};

const SCHEMA: &str = include_str!("../../docs/schemas/status.v1.json");

/// Whether `value` is what `schema` allows, for the few keywords the schema uses; otherwise where it is not.
pub(crate) fn check(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let allowed = match &schema["type"] {
        Value::Array(types) => types.clone(),
        one => vec![one.clone()],
    };
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = |allowed: &Value| allowed == is || (allowed == "number" && is == "integer");
    if !allowed.iter().any(fits) {
        return Err(format!("{at}: {is} is none of {allowed:?}"));
    }
    if let Some(words) = schema["enum"].as_array().filter(|words| !words.contains(value)) {
        return Err(format!("{at}: {value} is none of {words:?}"));
    }
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(i, item)| check(&schema["items"], item, &format!("{at}/{i}"))),
        Value::Object(fields) => check_object(schema, fields, at),
        _ => Ok(()),
    }
}

fn check_object(schema: &Value, fields: &serde_json::Map<String, Value>, at: &str) -> Result<(), String> {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    if let Some(missing) = required.iter().find(|name| !fields.contains_key(name.as_str().unwrap())) {
        return Err(format!("{at}: {missing} is missing"));
    }
    assert_eq!(schema["additionalProperties"], false, "{at}: the schema must be closed");
    fields.iter().try_for_each(|(name, value)| match schema["properties"].get(name) {
        Some(schema) => check(schema, value, &format!("{at}/{name}")),
        None => Err(format!("{at}/{name}: unknown to the schema")),
    })
}

fn full() -> Snapshot {
    Snapshot {
        ready: false,
        environment: "local".into(),
        cluster: "running".into(),
        artifact: Artifact {
            digest: Some("sha256:aa".into()),
            commit: Some("cafe".into()),
            dirty: Some(true),
        },
        phases: vec![PhaseState {
            name: "apps".into(),
            ready: true,
            revision: "sha256:aa".into(),
            message: "Applied revision".into(),
        }],
        database: DatabaseHealth {
            instances: vec![Instance { name: "seasense-db-1".into(), role: "primary".into(), ready: true }],
            primary: Some("seasense-db-1".into()),
            rows: Some(12),
            timescaledb: Some("2.19.3".into()),
            healthy: true,
            message: "1 of 1 instances ready".into(),
        },
        gateway: GatewayHealth {
            address: "https://seasense.localhost:8443".into(),
            https: true,
            tls_verified: true,
            message: String::new(),
        },
        fleet: FleetHealth {
            buoys: 12,
            running: true,
            latest_reading_at: Some("2026-01-01T00:00:00Z".into()),
            age_s: Some(1.5),
            container: "Up 3 minutes".into(),
        },
        endpoints: Endpoints {
            page: "p".into(),
            api: "a".into(),
            ca_file: "c".into(),
            kubeconfig: "k".into(),
        },
        problems: vec![Problem::new("fleet", "cause", "hint")],
    }
}

fn empty() -> Snapshot {
    Snapshot {
        cluster: "absent".into(),
        artifact: Artifact::default(),
        phases: Vec::new(),
        database: DatabaseHealth::default(),
        gateway: GatewayHealth::default(),
        fleet: FleetHealth::default(),
        ..full()
    }
}

#[test]
fn every_snapshot_is_what_the_schema_says() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    for snapshot in [full(), empty()] {
        let value = serde_json::to_value(&snapshot).unwrap();
        assert_eq!(check(&schema, &value, ""), Ok(()));
    }
}

#[test]
fn the_schema_refuses_what_it_does_not_know() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut value = serde_json::to_value(full()).unwrap();
    value["surprise"] = json!(1);
    assert!(check(&schema, &value, "").is_err());
    let mut value = serde_json::to_value(full()).unwrap();
    value["database"]["rows"] = json!("many");
    assert!(check(&schema, &value, "").is_err());
}

#[test]
fn the_schema_requires_every_field() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let names: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(serde_json::to_value(&names).unwrap(), schema["required"]);
}
