//! Whether a new version of a workload has taken over.

use std::time::Duration;

use serde_json::Value;

use crate::base::{
    failure::Result,
    k8s::{
        Client, Health, health,
        object::{list, text},
        resource,
    },
    wait::{Deadline, Observation, wait},
};

const NAMESPACE: &str = "seasense";
/// Somebody who has just saved a file waits for this.
const PAUSE: Duration = Duration::from_millis(150);

/// Waits until every replica of the Deployment called `name` runs the image with `digest` and serves, and no other does.
pub async fn rolled_out(client: &Client, name: &str, digest: &str, deadline: Deadline) -> Result<()> {
    wait(deadline, PAUSE, &format!("see the new {name} take over"), || async {
        let deployment = client.get(&resource::DEPLOYMENT, Some(NAMESPACE), name).await?;
        Ok(match deployment {
            Some(deployment) => evaluate(&deployment, digest),
            None => Observation::Pending(format!("Deployment {NAMESPACE}/{name} does not exist")),
        })
    })
    .await
}

fn evaluate(deployment: &Value, digest: &str) -> Observation<()> {
    let containers = list(deployment, "/spec/template/spec/containers");
    let image = containers.first().and_then(|container| text(container, "/image")).unwrap_or_default();
    if !image.ends_with(&format!("@{digest}")) {
        return Observation::Pending("the new image is not applied yet".to_owned());
    }
    match health("Deployment", deployment) {
        Health::Ready => Observation::Ready(()),
        other => Observation::Pending(other.text().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployment(image: &str, (all, updated, available): (i64, i64, i64), observed: i64) -> Value {
        json!({
            "metadata": {"generation": 2},
            "spec": {"replicas": 2, "template": {"spec": {"containers": [{"image": image}]}}},
            "status": {"observedGeneration": observed, "replicas": all, "updatedReplicas": updated,
                "availableReplicas": available},
        })
    }

    #[test]
    fn it_is_out_when_all_run_it_and_nothing_else_runs() {
        let new = "registry:5000/seasense-backend@sha256:bb";
        assert_eq!(evaluate(&deployment(new, (2, 2, 2), 2), "sha256:bb"), Observation::Ready(()));
        for early in [
            deployment("registry:5000/seasense-backend@sha256:aa", (2, 2, 2), 2),
            deployment(new, (2, 2, 2), 1),
            deployment(new, (3, 1, 3), 2),
            deployment(new, (3, 2, 3), 2),
            deployment(new, (2, 2, 1), 2),
        ] {
            assert!(matches!(evaluate(&early, "sha256:bb"), Observation::Pending(_)), "{early}");
        }
    }
}
