//! The loop of a watch.

use std::convert::Infallible;

use super::{Changes, Session, Watcher, Workload};
use crate::base::{event::Step, failure::Result};

/// Applies changes until the watcher fails. A newer change ends the wait for an older one and is applied
/// together with it.
pub async fn run(mut session: Session<'_>, mut watcher: Watcher) -> Result<Infallible> {
    let builder = session.builder();
    let events = std::sync::Arc::clone(session.events());
    // Stays pending after its work, so that the loop completes it only once.
    let mut warm = std::pin::pin!(async {
        let step = Step::start(&events, "watch.warm", "Compile the workloads ahead of the first edit");
        match builder.warm(&Workload::ALL.map(Workload::image)).await {
            Ok(()) => step.done(""),
            // The sources do not compile as they are. The first edit of them reports the failure.
            Err(failure) => step.unchanged(failure.message),
        }
        std::future::pending::<()>().await;
    });
    let mut pending = Changes::default();
    loop {
        tokio::select! {
            changes = watcher.next() => {
                session.supersede();
                pending.absorb(changes?);
            }
            () = session.apply(&mut pending), if !pending.is_empty() => {}
            () = &mut warm => {}
        }
    }
}
