//! The gate `secrets`: whether the target can open the secrets of a digest, and of the digest that it would return to.

use std::collections::BTreeSet;

use super::Gate;
use crate::promotion::target::Content;

pub(super) const ID: &str = "secrets";

/// The evidence about keys.
#[derive(Debug, Clone, Copy)]
pub struct SecretsEvidence<'a> {
    /// The digest to deploy.
    pub content: &'a Content,
    /// The digest that was verified last, which a failed deployment returns to: its short form and its content.
    pub way_back: Option<(&'a str, &'a Content)>,
    /// The public keys whose private keys the target has after the deployment; `None` if unknown.
    pub keys: Option<&'a BTreeSet<String>>,
}

/// Passes if the target has a key for every Secret of the digest, and for those of the way back.
pub fn secrets(evidence: SecretsEvidence<'_>) -> Gate {
    let SecretsEvidence { content, way_back, keys } = evidence;
    let Some(keys) = keys else {
        return Gate::skipped(ID, "the public keys of the target's age keys are not known");
    };
    if let Some(missing) = closed(content, keys) {
        return Gate::refused(
            ID,
            format!("its secrets are encrypted for {missing}; the target has no such key"),
        );
    }
    if let Some((digest, content)) = way_back
        && let Some(missing) = closed(content, keys)
    {
        return Gate::refused(
            ID,
            format!(
                "the way back to {digest}, verified last, would be closed: its secrets are encrypted for {missing}; \
                 the target would have no such key"
            ),
        );
    }
    match &content.recipients {
        None => Gate::skipped(ID, "the keys that its secrets are encrypted for are not known"),
        Some(secrets) => {
            Gate::passed(ID, format!("the target has a key for all {} of its secrets", secrets.len()))
        }
    }
}

/// Describes the first Secret that none of `keys` opens.
fn closed(content: &Content, keys: &BTreeSet<String>) -> Option<String> {
    let secrets = content.recipients.as_ref()?;
    let closed = secrets.iter().find(|recipients| recipients.is_disjoint(keys))?;
    Some(closed.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promotion::gates::GateResult;

    fn set(keys: &[&str]) -> BTreeSet<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    fn encrypted_for(keys: &[&str]) -> Content {
        Content { recipients: Some(vec![set(keys)]), ..Content::default() }
    }

    fn gate(new: &Content, back: Option<&Content>, keys: Option<&[&str]>) -> Gate {
        let keys = keys.map(set);
        let way_back = back.map(|back| ("0123456789ab", back));
        secrets(SecretsEvidence { content: new, way_back, keys: keys.as_ref() })
    }

    #[test]
    fn a_digest_whose_secrets_no_key_opens_is_refused() {
        let (old, new) = (encrypted_for(&["age1old"]), encrypted_for(&["age1new"]));
        let refused = gate(&old, Some(&new), Some(&["age1new"]));
        assert!(refused.refuses() && refused.reason.contains("age1old"), "{refused:?}");
        assert!(!gate(&old, Some(&new), Some(&["age1new", "age1old"])).refuses());
        assert!(!gate(&encrypted_for(&["age1new", "age1old"]), None, Some(&["age1old"])).refuses());
    }

    #[test]
    fn a_deployment_that_closes_the_way_back_is_refused() {
        let (old, new) = (encrypted_for(&["age1old"]), encrypted_for(&["age1new"]));
        let refused = gate(&new, Some(&old), Some(&["age1new"]));
        assert!(refused.refuses() && refused.reason.contains("the way back to 0123456789ab"), "{refused:?}");
        assert!(!gate(&new, Some(&old), Some(&["age1new", "age1old"])).refuses());
        assert!(
            !gate(&new, Some(&new), Some(&["age1new"])).refuses(),
            "no verified digest needs the old key"
        );
    }

    #[test]
    fn unknown_keys_are_said_and_not_guessed() {
        let new = encrypted_for(&["age1new"]);
        assert_eq!(gate(&new, None, None).result, GateResult::Skipped);
        assert_eq!(gate(&Content::default(), None, Some(&["age1new"])).result, GateResult::Skipped);
    }
}
