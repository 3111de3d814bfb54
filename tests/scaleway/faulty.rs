//! Commands against a faulty API.

use std::time::Duration;

use crate::{
    env::{STATE, TestEnv},
    fake::{Fault, FaultKind},
};

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn slow_and_failing_api_does_not_change_the_result() {
    let env = TestEnv::new();
    // Every status change completes after two reads.
    env.fake.slow(2);
    for fault in [
        Fault::new("POST", "/vpc/v2/regions/fr-par/vpcs", 1, FaultKind::TooMany(Some(1))),
        Fault::new("GET", "/k8s/v1/regions/fr-par/clusters/", 2, FaultKind::Broken(503)),
        Fault::new("POST", "/pools", 1, FaultKind::TooMany(None)),
        Fault::new("GET", "/iam/v1alpha1/rules", 1, FaultKind::Broken(502)),
        Fault::new("PUT", "scw.cloud/", 1, FaultKind::Broken(503)),
        Fault::new("GET", "/registry/v1/", 1, FaultKind::Late(Duration::from_secs(3))),
    ] {
        env.fake.add_fault(fault);
    }
    env.infra(&["apply", "staging", "--state", "file", "--yes"]).succeeded();
    assert_eq!(env.fake.unspent(), Vec::<String>::new(), "a fault did not occur");
    let again = env.infra(&["apply", "staging", "--state", "file", "--json"]).succeeded().json();
    assert_eq!(again["changed"], 0);
}

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn incomplete_state_bucket_is_repaired() {
    let env = TestEnv::new();
    env.fake.bare_bucket(STATE);
    env.infra(&["apply", "staging", "--yes"]).succeeded();
    assert!(env.fake.setting(STATE, "versioning").contains("Enabled"));
    assert!(env.fake.setting(STATE, "lifecycle").contains("old-versions"));
    let writes = || {
        let settings =
            |line: &&String| line.starts_with("PUT ") && line.contains(STATE) && line.contains("versioning");
        env.fake.requests().iter().filter(settings).count()
    };
    let before = writes();
    assert!(before > 0, "{:#?}", env.fake.requests());
    env.infra(&["apply", "staging", "--json"]).succeeded();
    assert_eq!(writes(), before, "it was complete already");
}

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn resources_created_before_a_failure_are_kept() {
    let env = TestEnv::new();
    // A conflict is not a network error: the provider fails at once.
    env.fake.add_fault(Fault::new("POST", "/registry/v1/regions/fr-par/namespaces", 1, FaultKind::Conflict));
    let run = env.infra(&["apply", "staging", "--state", "file", "--yes"]);
    assert_eq!(run.code, Some(30), "{}", run.stderr);
    assert!(run.stderr.contains("run the command again"), "{}", run.stderr);
    let clusters = env.fake.list("/k8s/v1/regions/fr-par/clusters").len();
    env.infra(&["apply", "staging", "--state", "file", "--yes"]).succeeded();
    assert_eq!(env.fake.list("/k8s/v1/regions/fr-par/clusters").len(), clusters.max(1));
    assert_eq!(env.fake.list("/vpc/v2/regions/fr-par/vpcs").len(), 1);
    assert_eq!(env.fake.list("/registry/v1/regions/fr-par/namespaces").len(), 1);
}
