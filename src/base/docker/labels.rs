//! The labels that everything made in Docker carries, so that it can be found and removed again.

use std::collections::BTreeMap;

/// Who made it; always [`SEASENSE`].
pub const OWNER: &str = "org.seasense.owner";
/// The environment it belongs to; absent on what all environments share.
pub const ENVIRONMENT: &str = "org.seasense.environment";
/// What it is for, for example `registry`.
pub const ROLE: &str = "org.seasense.role";
/// The folder of its environment's state, on what would not show it by its mounts.
pub const STATE: &str = "org.seasense.state";
/// The role of what removes an environment whose owner is gone.
pub const REAPER: &str = "reaper";
/// The value of [`OWNER`].
pub const SEASENSE: &str = "seasense";

/// Labels by name.
pub type Labels = BTreeMap<String, String>;

/// The labels of something that all environments share.
pub fn shared(role: &str) -> Labels {
    [(OWNER, SEASENSE), (ROLE, role)].map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// The labels of something that belongs to `environment`.
pub fn of_environment(environment: &str, role: &str) -> Labels {
    let mut labels = shared(role);
    labels.insert(ENVIRONMENT.to_owned(), environment.to_owned());
    labels
}

/// Whether `labels` say that seasense made it.
pub fn is_ours(labels: &Labels) -> bool {
    labels.get(OWNER).is_some_and(|owner| owner == SEASENSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_is_what_carries_the_owner() {
        assert!(is_ours(&of_environment("local", "fleet")));
        assert!(!is_ours(&Labels::new()));
        assert!(!is_ours(&Labels::from([(OWNER.to_owned(), "somebody".to_owned())])));
    }
}
