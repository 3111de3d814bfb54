//! Brings a database with an older schema up to date, as after a load of an older snapshot.
//!
//! The migrations run when a pod of the backend starts. Pods that run already only report that they are not ready.

use std::{convert::Infallible, time::Duration};

use serde_json::Value;

use crate::{
    base::{
        digest::Digest,
        event::{Events, Step},
        failure::Result,
        k8s::{Client, resource},
        wait::{Deadline, Observation, PAUSE, every, wait},
    },
    phases,
    workloads::{self, Schema},
};

/// The pause between two looks while the phases are awaited.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// Restarts the backend if it needs a newer schema than the database has, and waits until it has migrated it.
///
/// Only pods of the artifact `digest` count: those of a former one are about to be replaced, perhaps by older ones
/// that fit the database.
pub(super) async fn bring_up_to_date(
    client: &Client,
    digest: &Digest,
    deadline: Deadline,
    events: &Events,
) -> Result<()> {
    let Some((pods, schema)) = behind(client, digest).await? else { return Ok(()) };
    let title = format!("Migrate the schema from version {} to {}", schema.found, schema.needed);
    let step = Step::start(events, "launch.schema", title);
    for pod in &pods {
        client.delete(&resource::POD, pod).await?;
    }
    wait(deadline, PAUSE, "wait for the migrated schema", || async {
        let answers = workloads::schemas(client).await?;
        let current = answers.iter().any(|(_, schema)| !schema.is_behind());
        Ok(if current {
            Observation::Ready(())
        } else {
            Observation::Pending("the backend starts".to_owned())
        })
    })
    .await?;
    step.done("the backend was started again");
    Ok(())
}

/// Does so whenever it is necessary, for as long as it is polled.
pub(super) async fn keep_up_to_date(
    client: &Client,
    digest: &Digest,
    deadline: Deadline,
    events: &Events,
) -> Infallible {
    every(LOOK_EVERY, async || {
        // What fails here also fails the phase, whose wait explains it better.
        let _ = bring_up_to_date(client, digest, deadline, events).await;
    })
    .await
}

/// The pods of the backend that need a newer schema; `None` if no pod does.
async fn behind(client: &Client, digest: &Digest) -> Result<Option<(Vec<Value>, Schema)>> {
    if !phases::runs(client, digest, ("seasense", "Deployment", "backend")).await? {
        return Ok(None);
    }
    Ok(select(workloads::schemas(client).await?))
}

fn select(answers: Vec<(Value, Schema)>) -> Option<(Vec<Value>, Schema)> {
    let behind: Vec<_> = answers.into_iter().filter(|(_, schema)| schema.is_behind()).collect();
    let schema = behind.first()?.1;
    Some((behind.into_iter().map(|(pod, _)| pod).collect(), schema))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_pods_that_need_a_newer_schema_are_restarted() {
        let answer = |name: &str, found| (json!({ "name": name }), Schema { found, needed: 5 });
        let (pods, schema) = select(vec![answer("a", 4), answer("b", 5), answer("c", 4)]).unwrap();
        assert_eq!((pods.len(), schema), (2, Schema { found: 4, needed: 5 }));
        assert_eq!(select(vec![answer("a", 5), answer("b", 6)]), None);
    }
}
