//! Waits until a new version of a workload has replaced the former one.

use std::time::Duration;

use serde_json::Value;

use crate::base::{
    digest::Digest,
    failure::Result,
    k8s::{
        Client, Health, health,
        object::{list, text},
        resource,
    },
    wait::{Deadline, Observation, wait},
};

const NAMESPACE: &str = "seasense";
/// Short, because a user who has just saved a file waits for the rollout.
const PAUSE: Duration = Duration::from_millis(150);

/// Waits until every replica of the Deployment `name` is available with the image `digest`, and no other
/// replica is left.
pub async fn wait_for_rollout(
    client: &Client,
    name: &str,
    digest: &Digest,
    deadline: Deadline,
) -> Result<()> {
    wait(deadline, PAUSE, &format!("wait for the rollout of {name}"), || async {
        let deployment = client.get(&resource::DEPLOYMENT, Some(NAMESPACE), name).await?;
        Ok(match deployment {
            Some(deployment) => evaluate(&deployment, digest),
            None => Observation::Pending(format!("Deployment {NAMESPACE}/{name} does not exist")),
        })
    })
    .await
}

fn evaluate(deployment: &Value, digest: &Digest) -> Observation<()> {
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
    use crate::base::digest::digest;

    fn deployment(image: &str, (all, updated, available): (i64, i64, i64), observed: i64) -> Value {
        json!({
            "metadata": {"generation": 2},
            "spec": {"replicas": 2, "template": {"spec": {"containers": [{"image": image}]}}},
            "status": {"observedGeneration": observed, "replicas": all, "updatedReplicas": updated,
                "availableReplicas": available},
        })
    }

    #[test]
    fn a_rollout_ends_when_every_replica_runs_the_new_image() {
        let image = |c| format!("registry:5000/seasense-backend@{}", digest(c));
        let new = image('b');
        assert_eq!(evaluate(&deployment(&new, (2, 2, 2), 2), &digest('b')), Observation::Ready(()));
        for early in [
            deployment(&image('a'), (2, 2, 2), 2),
            deployment(&new, (2, 2, 2), 1),
            deployment(&new, (3, 1, 3), 2),
            deployment(&new, (3, 2, 3), 2),
            deployment(&new, (2, 2, 1), 2),
        ] {
            assert!(matches!(evaluate(&early, &digest('b')), Observation::Pending(_)), "{early}");
        }
    }
}
