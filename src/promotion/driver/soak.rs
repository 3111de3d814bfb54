//! Waits until the source has run a digest for the required soak time. Only reads.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    base::{
        digest::Digest,
        event::{Events, Step},
        failure::Result,
        wait::{Deadline, pause},
    },
    promotion::{
        gates::{RemainingSoak, remaining_soak},
        target::ObservedEnvironment,
    },
};

/// The limits of the wait.
#[derive(Debug, Clone, Copy)]
pub struct Soak {
    /// How long the source must have been Ready.
    pub required: Duration,
    /// How long the source may take to become Ready, for example after its nodes were scaled to zero overnight.
    pub ready: Duration,
    /// The pause between two observations.
    pub pause: Duration,
}

/// Waits while the soak time is the only missing requirement. Returns if the gates would refuse for another
/// reason; they report it.
pub async fn wait_for_soak<T: ObservedEnvironment>(
    source: &T,
    (name, digest): (&str, &Digest),
    soak: Soak,
    clock: &dyn Fn() -> Timestamp,
    events: &Events,
) -> Result<()> {
    let deadline = Deadline::after(soak.ready);
    let observe = async || {
        let remaining = remaining_soak(digest, &source.state().await?, soak.required, clock());
        let is_late = remaining == RemainingSoak::Resources && deadline.passed();
        Ok(if is_late { RemainingSoak::Nothing } else { remaining })
    };
    let mut remaining = observe().await?;
    if remaining == RemainingSoak::Nothing {
        return Ok(());
    }
    let title = match soak.required.as_secs() / 60 {
        0 => format!("Wait until {name} is Ready"),
        minutes => format!("Wait until {name} has been Ready for {minutes} min"),
    };
    let step = Step::start(events, "promote.soak", title);
    while remaining != RemainingSoak::Nothing {
        let (soaked, next) = match remaining {
            RemainingSoak::Time(left) => (soak.required.saturating_sub(left), left.min(soak.pause)),
            _ => (Duration::ZERO, soak.pause),
        };
        step.progress(soaked.as_secs(), Some(soak.required.as_secs()), "seconds");
        pause(next).await;
        remaining = observe().await?;
    }
    step.done("");
    Ok(())
}
