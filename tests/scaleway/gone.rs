//! An environment is removed, and whatever is left is told.

use serde_json::json;

use crate::{
    check::assert_allowed,
    fake::{Fault, How},
    world::TestEnv,
};

const BACKUPS: &str = "bucket seasense-staging-backups-11111111";

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn nothing_is_left_but_the_backups_and_those_only_when_they_are_given_up() {
    let env = TestEnv::new();
    env.infra(&["apply", "staging", "--state", "file", "--yes"]).well();
    env.fake.store("seasense-staging-backups-11111111", "base/1", b"readings");
    let gone = env.infra(&["destroy", "staging", "--state", "file", "--yes", "--json"]).well().json();
    assert_eq!(gone["leftover_resources"], json!([]));
    assert_eq!(gone["kept"][0]["kind"], "backup bucket", "{gone:#}");
    assert_eq!(env.fake.everything(), [BACKUPS]);
    assert!(!env.state().join("attached.d/staging").exists(), "its kubeconfig is forgotten");

    let again = env.infra(&["destroy", "staging", "--state", "file", "--yes", "--json"]).well().json();
    assert_eq!(again["removed"], 0);
    env.infra(&["destroy", "staging", "--state", "file", "--yes", "--with-backups"]).well();
    assert_eq!(env.fake.everything(), Vec::<String>::new());
}

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn what_nobody_removed_is_swept_and_what_cannot_be_is_told_and_ends_badly() {
    let env = TestEnv::new();
    env.infra(&["apply", "staging", "--state", "file", "--yes"]).well();
    let cluster = env.fake.list("/k8s/v1/regions/fr-par/clusters")[0]["id"].as_str().unwrap().to_owned();
    let balancer = json!({"id": "lb-1", "name": format!("{cluster}_envoy"), "tags": [], "status": "ready"});
    let volume = json!({"id": "v-1", "name": "pvc-1", "tags": ["seasense-environment=staging"]});
    let other = json!({"id": "v-2", "name": "pvc-2", "tags": ["seasense-environment=production"]});
    env.fake.plant("/lb/v1/zones/fr-par-1/lbs/lb-1", balancer);
    env.fake.plant("/block/v1alpha1/zones/fr-par-2/volumes/v-1", volume);
    env.fake.plant("/block/v1alpha1/zones/fr-par-2/volumes/v-2", other);
    env.fake.fail(Fault::new("DELETE", "/volumes/v-1", 2, How::Conflict));
    let run = env.infra(&["destroy", "staging", "--state", "file", "--yes", "--json", "--wait", "2"]);
    assert_eq!(run.code, Some(30), "{}", run.stderr);
    assert_allowed("infra-destroy", &run.json());
    let left = run.json()["leftover_resources"].clone();
    assert_eq!((left.as_array().unwrap().len(), &left[0]["id"]), (1, &json!("v-1")), "{left:#}");
    // The next run finds nothing to destroy, and sweeps all the same.
    env.infra(&["destroy", "staging", "--state", "file", "--yes"]).well();
    assert_eq!(
        env.fake.list("/block/v1alpha1/zones/fr-par-2/volumes").len(),
        1,
        "another environment's stays"
    );
}
