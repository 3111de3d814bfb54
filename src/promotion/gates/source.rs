//! The gates about the source environment: Ready at the digest, and for long enough.

use std::time::Duration;

use jiff::Timestamp;

use super::Gate;
use crate::{base::digest::Digest, promotion::target::State};

pub(super) const READY: &str = "source-ready";
pub(super) const SOAK: &str = "soak";

/// Passes if the environment `source` is Ready at `digest`.
pub fn source_ready(source: &str, digest: &Digest, state: &State) -> Gate {
    if state.is_ready_at(digest) {
        return Gate::passed(
            READY,
            format!("{source} is Ready at this digest, {} resources", state.resources.len()),
        );
    }
    Gate::refused(READY, format!("{source}: {}", state.missing(digest)))
}

/// Passes if the environment `source` has been Ready at `digest` for `required`.
pub fn soak(source: &str, digest: &Digest, state: &State, required: Duration, now: Timestamp) -> Gate {
    if required.is_zero() {
        return Gate::skipped(SOAK, "no soak time is required");
    }
    let Some(soaked) = soaked(digest, state, now) else {
        return Gate::refused(SOAK, format!("{source} is not Ready at this digest"));
    };
    let text = format!("{source} has been Ready for {}, {} required", minutes(soaked), minutes(required));
    if soaked >= required { Gate::passed(SOAK, text) } else { Gate::refused(SOAK, text) }
}

/// The remaining wait until the gates above can pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemainingSoak {
    /// Nothing: they pass, or they refuse for a reason that waiting cannot fix.
    Nothing,
    /// Resources of the source may still become ready.
    Resources,
    /// The source is Ready and must stay so for this time.
    Time(Duration),
}

/// Returns the remaining wait until `state` has been Ready at `digest` for `required`.
pub fn remaining_soak(digest: &Digest, state: &State, required: Duration, now: Timestamp) -> RemainingSoak {
    if state.is_progressing(digest) {
        return RemainingSoak::Resources;
    }
    let Some(soaked) = soaked(digest, state, now) else { return RemainingSoak::Nothing };
    match required.saturating_sub(soaked) {
        Duration::ZERO => RemainingSoak::Nothing,
        left => RemainingSoak::Time(left),
    }
}

/// Returns how long it has been Ready at `digest`; `None` if it is not.
fn soaked(digest: &Digest, state: &State, now: Timestamp) -> Option<Duration> {
    let since = state.ready_since.filter(|_| state.is_ready_at(digest))?;
    // A cluster clock that is ahead of this machine's counts as 0 s.
    Some(Duration::try_from(now.duration_since(since)).unwrap_or_default())
}

fn minutes(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds => format!("{} min", seconds / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::digest::digest,
        promotion::{gates::GateResult, target::ResourceState},
    };

    fn ready(since: i64) -> State {
        let resource = ResourceState { name: "phase/apps".into(), ready: true, message: String::new() };
        State {
            digest: Some(digest('a')),
            resources: vec![resource],
            ready_since: Timestamp::from_second(since).ok(),
            terminal: None,
        }
    }

    #[test]
    fn another_digest_or_an_unready_part_is_refused() {
        assert!(!source_ready("local", &digest('a'), &ready(0)).refuses());
        let other = source_ready("local", &digest('b'), &ready(0));
        assert_eq!(other, Gate::refused(READY, format!("local: it runs {}", digest('a'))));
        let mut failing = ready(0);
        failing.resources[0] = ResourceState {
            ready: false,
            message: "ImagePullBackOff".into(),
            ..failing.resources[0].clone()
        };
        assert_eq!(
            source_ready("local", &digest('a'), &failing).reason,
            "local: phase/apps: ImagePullBackOff"
        );
    }

    #[test]
    fn the_soak_starts_when_the_source_became_ready() {
        let (required, now) = (Duration::from_mins(10), Timestamp::from_second(10_000).unwrap());
        let gate = |since| soak("local", &digest('a'), &ready(since), required, now);
        assert_eq!(gate(9_400).result, GateResult::Passed);
        assert_eq!(gate(9_401).reason, "local has been Ready for 9 min, 10 min required");
        assert_eq!(gate(9_401).result, GateResult::Refused);
        assert!(gate(10_500).reason.contains("for 0 s"), "a clock that is ahead");
        assert!(soak("local", &digest('b'), &ready(0), required, now).refuses(), "another digest has soaked");
        let none = soak("local", &digest('b'), &ready(0), Duration::ZERO, now);
        assert_eq!(none.result, GateResult::Skipped);
        let remaining = |c, since| remaining_soak(&digest(c), &ready(since), required, now);
        assert_eq!(remaining('a', 9_700), RemainingSoak::Time(Duration::from_mins(5)));
        assert_eq!(remaining('a', 9_400), RemainingSoak::Nothing);
        assert_eq!(remaining('b', 9_700), RemainingSoak::Nothing);
    }

    #[test]
    fn progressing_parts_remain_but_terminal_errors_do_not() {
        let now = Timestamp::from_second(10_000).unwrap();
        let remaining = |state: &State| remaining_soak(&digest('a'), state, Duration::ZERO, now);
        let mut starting = ready(0);
        starting.resources[0].ready = false;
        assert_eq!(remaining(&ready(0)), RemainingSoak::Nothing);
        assert_eq!(remaining(&starting), RemainingSoak::Resources);
        let other = State { digest: Some(digest('b')), ..starting.clone() };
        assert_eq!(remaining(&other), RemainingSoak::Nothing);
        let terminal = State { terminal: Some("it crashes".into()), ..starting };
        assert_eq!(remaining(&terminal), RemainingSoak::Nothing);
    }
}
