//! Off hours, and the next morning.

use serde_json::json;

use crate::{
    check::assert_allowed,
    fake::{Fault, How},
    world::TestEnv,
};

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn pools_go_to_zero_and_come_back_and_opentofu_sees_no_difference_then() {
    let env = TestEnv::new();
    env.infra(&["apply", "staging", "--state", "file", "--yes"]).well();
    env.fake.fail(Fault::new("PATCH", "/pools/", 1, How::TooMany(Some(1))));
    let night = env.infra(&["scale", "staging", "--to", "zero", "--json"]).well().json();
    assert_allowed("infra-scale", &night);
    assert_eq!(night["pools"].as_array().unwrap().len(), 2);
    for pool in env.fake.list("/k8s/v1/regions/fr-par/pools") {
        assert_eq!((&pool["size"], &pool["autoscaling"]), (&json!(0), &json!(false)));
    }
    env.fake.forget();
    let again = env.infra(&["scale", "staging", "--to", "zero", "--json"]).well().json();
    assert!(again["pools"].as_array().unwrap().iter().all(|pool| pool["changed"] == false), "{again:#}");
    assert!(env.fake.asked().iter().all(|line| line.starts_with("GET ")), "{:?}", env.fake.asked());
    env.infra(&["scale", "staging", "--to", "normal"]).well();
    let plan = env.infra(&["plan", "staging", "--state", "file", "--json"]).well().json();
    assert_eq!(plan["changes"], json!([]), "{plan:#}");
}
