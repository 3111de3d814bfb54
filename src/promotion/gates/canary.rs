//! The gate `canary`: whether the digest can get a traffic share next to the current one.

use super::Gate;
use crate::{base::digest::Digest, promotion::target::State};

/// The gate's name.
pub const ID: &str = "canary";

/// The evidence for the gate.
#[derive(Debug, Clone, Copy)]
pub struct CanaryEvidence<'a> {
    /// The digest to promote.
    pub digest: &'a Digest,
    /// The state of the environment.
    pub state: &'a State,
    /// The digest that was verified last in the environment.
    pub verified: Option<&'a Digest>,
    /// Whether the current artifact supports a canary.
    pub current_supports: bool,
    /// Whether the new artifact supports a canary.
    pub new_supports: bool,
}

/// Passes if the digest can get `percent` of the requests and lose them again within seconds: the current
/// digest is Ready and verified, and both artifacts support a canary.
pub fn canary(percent: u8, evidence: CanaryEvidence<'_>) -> Gate {
    let Some(current) = &evidence.state.digest else {
        return Gate::skipped(ID, "the environment runs no digest yet that could serve the other requests");
    };
    if current == evidence.digest {
        return Gate::skipped(ID, "the environment runs this digest already");
    }
    if evidence.verified != Some(current) {
        return Gate::refused(
            ID,
            "the current digest is not the last verified one: a rollback is impossible",
        );
    }
    if !evidence.state.is_ready_at(current) {
        let missing = evidence.state.missing(current);
        return Gate::refused(ID, format!("the current digest is not Ready: {missing}"));
    }
    match (evidence.current_supports, evidence.new_supports) {
        (false, _) => Gate::refused(ID, "the current artifact is too old to support a canary"),
        (_, false) => Gate::refused(ID, "the new artifact does not support a canary"),
        _ => Gate::passed(ID, format!("{percent} % of the API's requests go to it first")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::digest::digest,
        promotion::{gates::GateResult, target::ResourceState},
    };

    fn state(runs: Option<char>, ready: bool) -> State {
        let resource = ResourceState { name: "phase/apps".into(), ready, message: "pods crash".into() };
        State { digest: runs.map(digest), resources: vec![resource], ..State::default() }
    }

    fn gate(state: &State, verified: Option<char>, (current_supports, new_supports): (bool, bool)) -> Gate {
        let (new, verified) = (digest('a'), verified.map(digest));
        let verified = verified.as_ref();
        canary(20, CanaryEvidence { digest: &new, state, verified, current_supports, new_supports })
    }

    #[test]
    fn a_share_requires_that_it_can_be_removed_again() {
        let ready = state(Some('b'), true);
        let passed = gate(&ready, Some('b'), (true, true));
        assert_eq!(passed, Gate::passed(ID, "20 % of the API's requests go to it first"));
        for (state, verified, supports) in [
            (&ready, Some('c'), (true, true)),
            (&ready, None, (true, true)),
            (&ready, Some('b'), (false, true)),
            (&ready, Some('b'), (true, false)),
            (&state(Some('b'), false), Some('b'), (true, true)),
        ] {
            let gate = gate(state, verified, supports);
            assert_eq!(gate.result, GateResult::Refused, "{state:?} {verified:?} {supports:?}");
        }
    }

    #[test]
    fn the_gate_is_skipped_if_no_other_digest_runs() {
        let first = gate(&state(None, false), None, (false, true));
        assert_eq!(first.result, GateResult::Skipped);
        let same = gate(&state(Some('a'), true), Some('b'), (true, true));
        assert_eq!(same.result, GateResult::Skipped);
    }
}
