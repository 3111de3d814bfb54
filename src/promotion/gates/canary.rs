//! Whether the digest can be tried out on a share of the requests, beside what runs.

use super::Gate;
use crate::promotion::State;

/// The gate's name.
pub const ID: &str = "canary";

/// What the gate looks at.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// The digest that is to be tried out.
    pub digest: &'a str,
    /// What runs in the environment.
    pub state: &'a State,
    /// The digest that was verified there last.
    pub verified: Option<&'a str>,
    /// Whether the artifact that runs can give a share away.
    pub gives: bool,
    /// Whether the new one can be tried out.
    pub takes: bool,
}

/// `percent` of the requests can go to the digest, and back again in seconds: what runs is Ready, verified, and knows how.
pub fn canary(percent: u8, beside: Beside<'_>) -> Gate {
    let Some(runs) = beside.state.digest.as_deref() else {
        return Gate::skipped(ID, "nothing runs there yet that could take the other requests");
    };
    if runs == beside.digest {
        return Gate::skipped(ID, "it is what runs there already");
    }
    if beside.verified != Some(runs) {
        return Gate::refused(
            ID,
            "what runs there is not what was verified last: there is nothing to go back to",
        );
    }
    if !beside.state.is_ready_at(runs) {
        return Gate::refused(ID, format!("what runs there is not Ready: {}", beside.state.missing(runs)));
    }
    match (beside.gives, beside.takes) {
        (false, _) => Gate::refused(ID, "what runs there is too old to give a share of its requests away"),
        (_, false) => Gate::refused(ID, "its artifact holds nothing that could be tried out"),
        _ => Gate::passed(ID, format!("{percent} % of the API's requests go to it first")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promotion::{Part, gates::Verdict};

    fn state(digest: Option<&str>, ready: bool) -> State {
        let part = Part { name: "phase/apps".into(), ready, message: "pods crash".into() };
        State { digest: digest.map(str::to_owned), parts: vec![part], ..State::default() }
    }

    fn asked(state: &State, verified: Option<&str>, (gives, takes): (bool, bool)) -> (Verdict, String) {
        let gate = canary(20, Beside { digest: "new", state, verified, gives, takes });
        (gate.verdict, gate.reason)
    }

    #[test]
    fn a_share_is_given_only_where_it_can_be_taken_back() {
        let ready = state(Some("old"), true);
        let (verdict, reason) = asked(&ready, Some("old"), (true, true));
        assert_eq!(
            (verdict, reason.as_str()),
            (Verdict::Passed, "20 % of the API's requests go to it first")
        );
        for (state, verified, can) in [
            (&ready, Some("older"), (true, true)),
            (&ready, None, (true, true)),
            (&ready, Some("old"), (false, true)),
            (&ready, Some("old"), (true, false)),
            (&state(Some("old"), false), Some("old"), (true, true)),
        ] {
            assert_eq!(asked(state, verified, can).0, Verdict::Refused, "{state:?} {verified:?} {can:?}");
        }
    }

    #[test]
    fn where_nothing_else_runs_there_is_nothing_to_share_with() {
        assert_eq!(asked(&state(None, false), None, (false, true)).0, Verdict::Skipped);
        assert_eq!(asked(&state(Some("new"), true), Some("old"), (true, true)).0, Verdict::Skipped);
    }
}
