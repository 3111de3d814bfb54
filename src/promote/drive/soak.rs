//! Waits until the source has run a digest for as long as the environment asks for.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    event::{Events, Step},
    failure::Result,
    promote::{Target, gate::left_to_soak},
};

/// Waits while nothing but time is missing, looking every `pause`. What else keeps the gates shut, they tell themselves.
pub async fn until_soaked<T: Target>(
    source: &T,
    (name, digest): (&str, &str),
    (needed, pause): (Duration, Duration),
    clock: &dyn Fn() -> Timestamp,
    events: &Events,
) -> Result<()> {
    let left = async || Ok(left_to_soak(digest, &source.state().await?, needed, clock()));
    let Some(mut missing) = left().await? else { return Ok(()) };
    let step =
        Step::start(events, "promote.soak", format!("Let {name} run it for {} min", needed.as_secs() / 60));
    loop {
        step.progress(needed.saturating_sub(missing).as_secs(), Some(needed.as_secs()), "seconds");
        crate::k8s::pause(missing.min(pause)).await;
        match left().await? {
            Some(now_missing) => missing = now_missing.min(needed),
            None => break,
        }
    }
    step.done("");
    Ok(())
}
