//! The labels of all Docker resources of seasense; resources are found and removed by them.

use std::collections::BTreeMap;

/// The owner; always [`SEASENSE`].
pub const OWNER: &str = "org.seasense.owner";
/// The environment of the resource; absent on shared resources.
pub const ENVIRONMENT: &str = "org.seasense.environment";
/// The purpose of the resource, for example `registry`.
pub const ROLE: &str = "org.seasense.role";
/// The state directory of its environment, on resources whose mounts do not show it.
pub const STATE: &str = "org.seasense.state";
/// The place of the state directory: shows whether it was deleted, or only cannot be seen.
pub const PLACE: &str = "org.seasense.place";
/// When the lease of its environment expires, on the reaper; RFC 3339.
pub const EXPIRES: &str = "org.seasense.expires";
/// The role of the reaper.
pub const REAPER: &str = "reaper";
/// The value of [`OWNER`].
pub const SEASENSE: &str = "seasense";

/// Labels, by name.
pub type Labels = BTreeMap<String, String>;

/// The labels of a resource that all environments share.
pub fn shared(role: &str) -> Labels {
    [(OWNER, SEASENSE), (ROLE, role)].map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// The labels of a resource of `environment`.
pub fn of_environment(environment: &str, role: &str) -> Labels {
    let mut labels = shared(role);
    labels.insert(ENVIRONMENT.to_owned(), environment.to_owned());
    labels
}

/// Whether `labels` are those of a resource of seasense.
pub fn is_ours(labels: &Labels) -> bool {
    labels.get(OWNER).is_some_and(|owner| owner == SEASENSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owner_label_marks_our_resources() {
        assert!(is_ours(&of_environment("local", "fleet")));
        assert!(!is_ours(&Labels::new()));
        assert!(!is_ours(&Labels::from([(OWNER.to_owned(), "other".to_owned())])));
    }
}
