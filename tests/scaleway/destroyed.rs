//! Removing an environment and finding leftover resources.

use serde_json::json;

use crate::{
    check::assert_allowed,
    env::TestEnv,
    fake::{Fault, FaultKind},
};

const BACKUPS: &str = "bucket seasense-staging-backups-11111111";

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn destroy_keeps_only_the_backups_unless_requested() {
    let env = TestEnv::new();
    env.infra(&["apply", "staging", "--state", "file", "--yes"]).succeeded();
    env.fake.store("seasense-staging-backups-11111111", "base/1", b"readings");
    let destroyed =
        env.infra(&["destroy", "staging", "--state", "file", "--yes", "--json"]).succeeded().json();
    assert_eq!(destroyed["leftover_resources"], json!([]));
    assert_eq!(destroyed["kept"][0]["kind"], "backup bucket", "{destroyed:#}");
    assert_eq!(env.fake.everything(), [BACKUPS]);
    assert!(!env.state().join("attached.d/staging").exists(), "its kubeconfig is forgotten");

    let again = env.infra(&["destroy", "staging", "--state", "file", "--yes", "--json"]).succeeded().json();
    assert_eq!(again["removed"], 0);
    env.infra(&["destroy", "staging", "--state", "file", "--yes", "--with-backups"]).succeeded();
    assert_eq!(env.fake.everything(), Vec::<String>::new());
}

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn leftovers_are_deleted_or_reported_with_an_error() {
    let env = TestEnv::new();
    env.infra(&["apply", "staging", "--state", "file", "--yes"]).succeeded();
    let cluster = env.fake.list("/k8s/v1/regions/fr-par/clusters")[0]["id"].as_str().unwrap().to_owned();
    let balancer = json!({"id": "lb-1", "name": format!("{cluster}_envoy"), "tags": [], "status": "ready"});
    let volume = json!({"id": "v-1", "name": "pvc-1", "tags": ["seasense-environment=staging"]});
    let other = json!({"id": "v-2", "name": "pvc-2", "tags": ["seasense-environment=production"]});
    env.fake.create("/lb/v1/zones/fr-par-1/lbs/lb-1", balancer);
    env.fake.create("/block/v1alpha1/zones/fr-par-2/volumes/v-1", volume);
    env.fake.create("/block/v1alpha1/zones/fr-par-2/volumes/v-2", other);
    env.fake.add_fault(Fault::new("DELETE", "/volumes/v-1", 2, FaultKind::Conflict));
    let run = env.infra(&["destroy", "staging", "--state", "file", "--yes", "--json", "--wait", "2"]);
    assert_eq!(run.code, Some(30), "{}", run.stderr);
    assert_allowed("infra-destroy", &run.json());
    let left = run.json()["leftover_resources"].clone();
    assert_eq!(left.as_array().unwrap().len(), 1, "{left:#}");
    assert_eq!(left[0]["id"], "v-1");
    // The next run has nothing to destroy, and still deletes leftover resources.
    env.infra(&["destroy", "staging", "--state", "file", "--yes"]).succeeded();
    assert_eq!(
        env.fake.list("/block/v1alpha1/zones/fr-par-2/volumes").len(),
        1,
        "the volume of another environment is kept"
    );
}
