//! Waits until the source has run a digest for as long as the environment asks for.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    base::{
        event::{Events, Step},
        failure::Result,
        wait::Deadline,
    },
    promotion::{
        Target,
        gates::{Left, left_to_soak},
    },
};

/// How long the source is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Soak {
    /// It must have been Ready for so long.
    pub needed: Duration,
    /// It may take so long to become Ready, as after a night without nodes.
    pub ready: Duration,
    /// Between two looks.
    pub pause: Duration,
}

/// Waits while nothing but time is missing. What else keeps the gates shut, they tell themselves.
pub async fn until_soaked<T: Target>(
    source: &T,
    (name, digest): (&str, &str),
    soak: Soak,
    clock: &dyn Fn() -> Timestamp,
    events: &Events,
) -> Result<()> {
    let deadline = Deadline::after(soak.ready);
    let left = async || {
        let left = left_to_soak(digest, &source.state().await?, soak.needed, clock());
        Ok(if left == Left::Parts && deadline.passed() { Left::Nothing } else { left })
    };
    let mut missing = left().await?;
    if missing == Left::Nothing {
        return Ok(());
    }
    let title = match soak.needed.as_secs() / 60 {
        0 => format!("Wait until {name} is Ready"),
        minutes => format!("Let {name} run it for {minutes} min"),
    };
    let step = Step::start(events, "promote.soak", title);
    while missing != Left::Nothing {
        let (soaked, pause) = match missing {
            Left::Time(left) => (soak.needed.saturating_sub(left), left.min(soak.pause)),
            _ => (Duration::ZERO, soak.pause),
        };
        step.progress(soaked.as_secs(), Some(soak.needed.as_secs()), "seconds");
        crate::base::wait::pause(pause).await;
        missing = left().await?;
    }
    step.done("");
    Ok(())
}
