//! Planning and applying an environment, and applying it again without changes.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::{
    check::assert_allowed,
    env::{STATE, TestEnv},
};

fn resilient() -> Value {
    json!({"profile": "resilient", "load_balancer": true, "public_gateway": true, "nodes_max": 4})
}

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn second_apply_is_empty_and_state_is_locked_and_encrypted() {
    let env = TestEnv::new();
    let plan = env.infra(&["plan", "staging", "--json"]).succeeded().json();
    assert_allowed("infra-plan", &plan);
    assert_eq!(plan["delete"], 0);
    assert_eq!(plan["update"], 0);
    assert!(plan["create"].as_u64().unwrap() > 8, "{plan:#}");
    assert_eq!(
        env.fake.everything(),
        Vec::<String>::new(),
        "a plan creates nothing, not even the state bucket"
    );

    let applied = env.infra(&["apply", "staging", "--yes", "--json"]).succeeded().json();
    assert_allowed("infra-apply", &applied);
    assert_eq!(applied["changed"], plan["create"]);
    assert_eq!(applied["dns"][0]["type"], "CNAME", "lean: the record follows the nodes");
    let records = env.fake.list("/client/v4/zones/z1/dns_records");
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["content"], applied["dns"][0]["content"]);
    let kubeconfig = env.state().join("attached.d/staging/kubeconfig");
    let mode = std::fs::metadata(&kubeconfig).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    assert_pools(&env, true);

    let stored = env.fake.stored(STATE);
    let (_, state) = stored.iter().find(|(key, _)| key == "seasense.tfstate").unwrap();
    let state = String::from_utf8_lossy(state);
    assert!(
        state.contains("encrypted_data") && !state.contains("kapsule-admin-token"),
        "the state is not encrypted"
    );
    let locks = env.fake.requests().into_iter().filter(|line| line.contains(".tflock")).collect::<Vec<_>>();
    assert!(locks.iter().any(|line| line.starts_with("PUT ")), "the state was not locked: {locks:?}");
    assert!(stored.iter().all(|(key, _)| !key.contains("tflock")), "a lock remained");

    let before = env.fake.everything();
    let again = env.infra(&["apply", "staging", "--json"]).succeeded().json();
    assert_eq!(again["changed"], 0, "an empty plan needs no confirmation");
    assert_eq!(env.fake.everything(), before);
    let plan = env.infra(&["plan", "staging", "--json"]).succeeded().json();
    assert_eq!(plan["changes"], json!([]));
    assert_eq!(plan["drift"], json!([]));
}

/// Asserts two pools in two zones with autoscaling and autohealing.
fn assert_pools(env: &TestEnv, public: bool) {
    let mut pools = env.fake.list("/k8s/v1/regions/fr-par/pools");
    pools.sort_by_key(|pool| pool["zone"].as_str().unwrap().to_owned());
    let zones: Vec<&Value> = pools.iter().map(|pool| &pool["zone"]).collect();
    assert_eq!(zones, ["fr-par-1", "fr-par-2"]);
    for pool in &pools {
        assert_eq!(pool["autoscaling"], true);
        assert_eq!(pool["autohealing"], true);
        assert_eq!(pool["public_ip_disabled"], !public);
    }
}

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn private_nodes_are_created_after_the_gateways_route() {
    let env = TestEnv::with(&resilient());
    let applied = env.infra(&["apply", "staging", "--state", "file", "--yes", "--json"]).succeeded().json();
    assert_eq!(applied["dns"][0]["type"], "A", "resilient: the record has the load balancer's fixed address");
    assert_pools(&env, false);
    let requests = env.fake.requests();
    let at = |part: &str| {
        requests
            .iter()
            .position(|line| line.contains(part))
            .unwrap_or_else(|| panic!("{part}: {requests:#?}"))
    };
    assert!(at("POST /vpc-gw/v2/zones/fr-par-1/gateway-networks") < at("/pools 200"));
    let routes = env.fake.list("/vpc-gw/v2/zones/fr-par-1/gateway-networks");
    assert_eq!(
        (&routes[0]["push_default_route"], &routes[0]["masquerade_enabled"]),
        (&json!(true), &json!(true))
    );
    let again = env.infra(&["apply", "staging", "--state", "file", "--json"]).succeeded().json();
    assert_eq!(again["changed"], 0);
}

#[test]
#[ignore = "needs OpenTofu and the provider, which it builds with Go (about 6 min once)"]
fn apply_without_confirmation_creates_nothing() {
    let env = TestEnv::new();
    let run = env.infra(&["apply", "staging", "--state", "file"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(
        run.stderr.contains("module.cluster.scaleway_k8s_cluster.this"),
        "the plan was not shown: {}",
        run.stderr
    );
    assert_eq!(env.fake.everything(), Vec::<String>::new());
}
