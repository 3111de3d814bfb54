//! The version of the database's schema, and the version that the running backend needs.

use serde::Deserialize;
use serde_json::Value;

use crate::base::{
    failure::Result,
    k8s::{Client, object, owned_pods, resource},
};

const NAMESPACE: &str = "seasense";
const BACKEND: &str = "backend";
const PORT: u16 = 8000;
/// The path at which the backend reports both versions.
const PATH: &str = "/readyz";

/// The versions of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Schema {
    /// The version of the database.
    pub found: i64,
    /// The version that the backend needs.
    pub needed: i64,
}

impl Schema {
    /// Whether the database is too old for the backend, as after a load of an older snapshot. The migrations run
    /// when a pod of the backend starts.
    pub const fn is_behind(self) -> bool {
        self.found < self.needed
    }
}

/// Asks the pods of the backend's current template, and returns those that answered with their versions.
pub async fn schemas(client: &Client) -> Result<Vec<(Value, Schema)>> {
    let Some(backend) = client.get(&resource::DEPLOYMENT, Some(NAMESPACE), BACKEND).await? else {
        return Ok(Vec::new());
    };
    let mut answers = Vec::new();
    for pod in owned_pods(client, "Deployment", &backend).await?.into_iter().filter(serves) {
        // A pod that starts or ends does not answer.
        let answer = client.http_answer((NAMESPACE, object::name(&pod)), PORT, PATH).await;
        if let Ok((_, body)) = answer
            && let Some(schema) = read(&body)
        {
            answers.push((pod, schema));
        }
    }
    Ok(answers)
}

fn serves(pod: &Value) -> bool {
    let is_running = |status: &Value| status.pointer("/state/running").is_some();
    object::text(pod, "/metadata/deletionTimestamp").is_none()
        && object::list(pod, "/status/containerStatuses").iter().any(is_running)
}

/// The versions in an answer of either status.
fn read(body: &str) -> Option<Schema> {
    let answer: Value = serde_json::from_str(body).ok()?;
    serde_json::from_value(answer.get("schema")?.clone()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_versions_are_read_from_either_answer() {
        let behind = read(r#"{"type": "about:blank", "status": 503, "schema": {"found": 4, "needed": 5}}"#);
        assert_eq!(behind, Some(Schema { found: 4, needed: 5 }));
        assert!(behind.unwrap().is_behind());
        let newer = read(r#"{"status": "ok", "schema": {"found": 6, "needed": 5}}"#).unwrap();
        assert!(!newer.is_behind(), "migrations only add");
        assert_eq!(read(r#"{"status": 503, "detail": "the database is unavailable"}"#), None);
    }

    #[test]
    fn pods_that_start_or_end_are_not_asked() {
        let pod = |state: &str, metadata: Value| json!({"metadata": metadata, "status": {"containerStatuses": [{"state": {state: {}}}]}});
        assert!(serves(&pod("running", json!({}))));
        assert!(!serves(&pod("waiting", json!({}))));
        assert!(!serves(&pod("running", json!({"deletionTimestamp": "2026-01-01T00:00:00Z"}))));
    }
}
