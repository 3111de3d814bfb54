//! Scaleway as it is on a bad day.

use std::time::Duration;

use crate::{
    fake::{Fault, How},
    world::{STATE, TestEnv},
};

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn a_slow_api_that_turns_requests_away_changes_nothing_of_the_result() {
    let env = TestEnv::new();
    // Everything says twice that it is on its way.
    env.fake.slow(2);
    for fault in [
        Fault::new("POST", "/vpc/v2/regions/fr-par/vpcs", 1, How::TooMany(Some(1))),
        Fault::new("GET", "/k8s/v1/regions/fr-par/clusters/", 2, How::Broken(503)),
        Fault::new("POST", "/pools", 1, How::TooMany(None)),
        Fault::new("GET", "/iam/v1alpha1/rules", 1, How::Broken(502)),
        Fault::new("PUT", "scw.cloud/", 1, How::Broken(503)),
        Fault::new("GET", "/registry/v1/", 1, How::Late(Duration::from_secs(3))),
    ] {
        env.fake.fail(fault);
    }
    env.infra(&["apply", "staging", "--state", "file", "--yes"]).well();
    assert_eq!(env.fake.unspent(), Vec::<String>::new(), "a fault never struck");
    let again = env.infra(&["apply", "staging", "--state", "file", "--json"]).well().json();
    assert_eq!(again["changed"], 0);
}

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn a_bucket_of_the_state_that_was_left_half_made_is_made_whole() {
    let env = TestEnv::new();
    env.fake.bare_bucket(STATE);
    env.infra(&["apply", "staging", "--yes"]).well();
    assert!(env.fake.setting(STATE, "versioning").contains("Enabled"));
    assert!(env.fake.setting(STATE, "lifecycle").contains("old-versions"));
    let writes = || {
        let settings =
            |line: &&String| line.starts_with("PUT ") && line.contains(STATE) && line.contains("versioning");
        env.fake.asked().iter().filter(settings).count()
    };
    let before = writes();
    assert!(before > 0, "{:#?}", env.fake.asked());
    env.infra(&["apply", "staging", "--json"]).well();
    assert_eq!(writes(), before, "it was whole already");
}

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn what_was_made_before_a_failure_is_not_made_twice() {
    let env = TestEnv::new();
    // A conflict is no fault of the network: the provider gives up, and says so.
    env.fake.fail(Fault::new("POST", "/registry/v1/regions/fr-par/namespaces", 1, How::Conflict));
    let run = env.infra(&["apply", "staging", "--state", "file", "--yes"]);
    assert_eq!(run.code, Some(30), "{}", run.stderr);
    assert!(run.stderr.contains("run the command again"), "{}", run.stderr);
    let clusters = env.fake.list("/k8s/v1/regions/fr-par/clusters").len();
    env.infra(&["apply", "staging", "--state", "file", "--yes"]).well();
    assert_eq!(env.fake.list("/k8s/v1/regions/fr-par/clusters").len(), clusters.max(1));
    assert_eq!(env.fake.list("/vpc/v2/regions/fr-par/vpcs").len(), 1);
    assert_eq!(env.fake.list("/registry/v1/regions/fr-par/namespaces").len(), 1);
}
