//! Whether the source environment has run the digest well, and for long enough.

use std::time::Duration;

use jiff::Timestamp;

use super::Gate;
use crate::promotion::State;

pub(super) const READY: &str = "source-ready";
pub(super) const SOAK: &str = "soak";

/// The environment `source` is Ready at `digest`.
pub fn source_ready(source: &str, digest: &str, state: &State) -> Gate {
    if state.is_ready_at(digest) {
        return Gate::passed(READY, format!("{source} is Ready at this digest, {} parts", state.parts.len()));
    }
    Gate::refused(READY, format!("{source}: {}", state.missing(digest)))
}

/// It has been so for `needed`.
pub fn soak(source: &str, digest: &str, state: &State, needed: Duration, now: Timestamp) -> Gate {
    if needed.is_zero() {
        return Gate::skipped(SOAK, "no soak time is asked for");
    }
    let Some(soaked) = soaked(digest, state, now) else {
        return Gate::refused(SOAK, format!("{source} is not known to be Ready at this digest"));
    };
    let told = format!("{source} is Ready since {}, {} are asked for", minutes(soaked), minutes(needed));
    if soaked >= needed { Gate::passed(SOAK, told) } else { Gate::refused(SOAK, told) }
}

/// What waiting alone would mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// The gates are open, or something else keeps them shut.
    Nothing,
    /// Its parts are on their way to being ready.
    Parts,
    /// It is Ready, and has to be so for this much longer.
    Time(Duration),
}

/// What is left to wait for until `state` has been Ready at `digest` for `needed`.
pub fn left_to_soak(digest: &str, state: &State, needed: Duration, now: Timestamp) -> Left {
    if state.is_coming(digest) {
        return Left::Parts;
    }
    let Some(soaked) = soaked(digest, state, now) else { return Left::Nothing };
    match needed.saturating_sub(soaked) {
        Duration::ZERO => Left::Nothing,
        left => Left::Time(left),
    }
}

/// For how long it has been Ready at `digest`; `None` where it is not.
fn soaked(digest: &str, state: &State, now: Timestamp) -> Option<Duration> {
    let since = state.ready_since.filter(|_| state.is_ready_at(digest))?;
    // A clock that runs ahead over there does not make it longer.
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
    use crate::promotion::{Part, gates::Verdict};

    fn ready(since: i64) -> State {
        let part = Part { name: "phase/apps".into(), ready: true, message: String::new() };
        State {
            digest: Some("sha256:a".into()),
            parts: vec![part],
            ready_since: Timestamp::from_second(since).ok(),
            terminal: None,
        }
    }

    #[test]
    fn a_source_that_runs_something_else_or_is_not_ready_is_refused() {
        assert!(!source_ready("local", "sha256:a", &ready(0)).refuses());
        let other = source_ready("local", "sha256:b", &ready(0));
        assert_eq!((other.refuses(), other.reason.as_str()), (true, "local: it runs sha256:a"));
        let mut failing = ready(0);
        failing.parts[0] =
            Part { ready: false, message: "ImagePullBackOff".into(), ..failing.parts[0].clone() };
        assert_eq!(source_ready("local", "sha256:a", &failing).reason, "local: phase/apps: ImagePullBackOff");
    }

    #[test]
    fn the_soak_is_counted_from_when_it_became_ready() {
        let (needed, now) = (Duration::from_mins(10), Timestamp::from_second(10_000).unwrap());
        let gate = |since| soak("local", "sha256:a", &ready(since), needed, now);
        assert_eq!(gate(9_400).verdict, Verdict::Passed);
        assert_eq!(gate(9_401).reason, "local is Ready since 9 min, 10 min are asked for");
        assert_eq!(gate(9_401).verdict, Verdict::Refused);
        assert!(gate(10_500).reason.contains("since 0 s"), "a clock that runs ahead");
        assert!(soak("local", "sha256:b", &ready(0), needed, now).refuses(), "another digest has soaked");
        assert_eq!(soak("local", "sha256:b", &ready(0), Duration::ZERO, now).verdict, Verdict::Skipped);
        let left = |digest, since| left_to_soak(digest, &ready(since), needed, now);
        assert_eq!(left("sha256:a", 9_700), Left::Time(Duration::from_mins(5)));
        assert_eq!((left("sha256:a", 9_400), left("sha256:b", 9_700)), (Left::Nothing, Left::Nothing));
    }

    #[test]
    fn parts_that_come_are_waited_for_and_those_without_hope_are_not() {
        let now = Timestamp::from_second(10_000).unwrap();
        let left = |state: &State| left_to_soak("sha256:a", state, Duration::ZERO, now);
        let mut waking = ready(0);
        waking.parts[0].ready = false;
        assert_eq!((left(&ready(0)), left(&waking)), (Left::Nothing, Left::Parts));
        assert_eq!(left(&State { digest: Some("sha256:b".into()), ..waking.clone() }), Left::Nothing);
        assert_eq!(left(&State { terminal: Some("it crashes".into()), ..waking }), Left::Nothing);
    }
}
