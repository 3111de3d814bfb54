//! Scaling to zero in off hours and back.

use serde_json::json;

use crate::{
    check::assert_allowed,
    env::TestEnv,
    fake::{Fault, FaultKind},
};

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn pools_scale_to_zero_and_back_without_drift() {
    let env = TestEnv::new();
    env.infra(&["apply", "staging", "--state", "file", "--yes"]).succeeded();
    env.fake.add_fault(Fault::new("PATCH", "/pools/", 1, FaultKind::TooMany(Some(1))));
    let night = env.infra(&["scale", "staging", "--to", "zero", "--json"]).succeeded().json();
    assert_allowed("infra-scale", &night);
    assert_eq!(night["pools"].as_array().unwrap().len(), 2);
    for pool in env.fake.list("/k8s/v1/regions/fr-par/pools") {
        assert_eq!(pool["size"], 0);
        assert_eq!(pool["autoscaling"], false);
    }
    env.fake.clear_requests();
    let again = env.infra(&["scale", "staging", "--to", "zero", "--json"]).succeeded().json();
    assert!(again["pools"].as_array().unwrap().iter().all(|pool| pool["changed"] == false), "{again:#}");
    assert!(env.fake.requests().iter().all(|line| line.starts_with("GET ")), "{:?}", env.fake.requests());
    env.infra(&["scale", "staging", "--to", "normal"]).succeeded();
    let plan = env.infra(&["plan", "staging", "--state", "file", "--json"]).succeeded().json();
    assert_eq!(plan["changes"], json!([]), "{plan:#}");
}
