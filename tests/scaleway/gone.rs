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
    let world = TestEnv::new();
    world.infra(&["apply", "staging", "--state", "file", "--yes"]).well();
    world.fake.store("seasense-staging-backups-11111111", "base/1", b"readings");
    let gone = world.infra(&["destroy", "staging", "--state", "file", "--yes", "--json"]).well().json();
    assert_eq!(gone["leftover_resources"], json!([]));
    assert_eq!(gone["kept"][0]["kind"], "bucket of the backups", "{gone:#}");
    assert_eq!(world.fake.everything(), [BACKUPS]);
    assert!(!world.state().join("attached.d/staging").exists(), "its kubeconfig is forgotten");

    let again = world.infra(&["destroy", "staging", "--state", "file", "--yes", "--json"]).well().json();
    assert_eq!(again["removed"], 0);
    world.infra(&["destroy", "staging", "--state", "file", "--yes", "--with-backups"]).well();
    assert_eq!(world.fake.everything(), Vec::<String>::new());
}

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn what_nobody_removed_is_swept_and_what_cannot_be_is_told_and_ends_badly() {
    let world = TestEnv::new();
    world.infra(&["apply", "staging", "--state", "file", "--yes"]).well();
    let cluster = world.fake.list("/k8s/v1/regions/fr-par/clusters")[0]["id"].as_str().unwrap().to_owned();
    let balancer = json!({"id": "lb-1", "name": format!("{cluster}_envoy"), "tags": [], "status": "ready"});
    let volume = json!({"id": "v-1", "name": "pvc-1", "tags": ["seasense-environment=staging"]});
    let other = json!({"id": "v-2", "name": "pvc-2", "tags": ["seasense-environment=production"]});
    world.fake.plant("/lb/v1/zones/fr-par-1/lbs/lb-1", balancer);
    world.fake.plant("/block/v1alpha1/zones/fr-par-2/volumes/v-1", volume);
    world.fake.plant("/block/v1alpha1/zones/fr-par-2/volumes/v-2", other);
    world.fake.fail(Fault::new("DELETE", "/volumes/v-1", 2, How::Conflict));
    let run = world.infra(&["destroy", "staging", "--state", "file", "--yes", "--json", "--wait", "2"]);
    assert_eq!(run.code, Some(30), "{}", run.stderr);
    assert_allowed("infra-destroy", &run.json());
    let left = run.json()["leftover_resources"].clone();
    assert_eq!((left.as_array().unwrap().len(), &left[0]["id"]), (1, &json!("v-1")), "{left:#}");
    // The next run finds nothing to destroy, and sweeps all the same.
    world.infra(&["destroy", "staging", "--state", "file", "--yes"]).well();
    assert_eq!(
        world.fake.list("/block/v1alpha1/zones/fr-par-2/volumes").len(),
        1,
        "another environment's stays"
    );
}
