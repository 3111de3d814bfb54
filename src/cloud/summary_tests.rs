//! Tests of summaries with plans in OpenTofu's format.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn resource(address: &str, actions: &[&str], change: &Json) -> Json {
    let kind = address.split('.').rev().nth(1).unwrap();
    let mut change = change.clone();
    change["actions"] = json!(actions);
    json!({"address": address, "mode": "managed", "type": kind, "name": "this", "change": change})
}

fn plan() -> Json {
    let upgrade = json!({
        "before": {"version": "1.34", "tags": ["a"], "kubeconfig": [{"token": "old-secret"}], "updated_at": "yesterday"},
        "after": {"version": "1.35", "tags": ["a"], "kubeconfig": [{"token": "new-secret"}]},
        "before_sensitive": {"kubeconfig": [{"token": true}]}, "after_sensitive": {"kubeconfig": [{"token": true}]},
        "after_unknown": {"updated_at": true},
    });
    let renamed = json!({
        "before": {"node_type": "DEV1-M", "id": "1"}, "after": {"node_type": "DEV1-L"},
        "after_unknown": {"id": true}, "replace_paths": [["node_type"]],
    });
    json!({
        "format_version": "1.2",
        "prior_state": {"values": {"token": "old-secret"}},
        "planned_values": {
            "outputs": {"kubeconfig": {"sensitive": true, "value": "new-secret"}},
            "root_module": {"child_modules": [{"address": "module.cluster", "resources": [{
                "address": "module.cluster.scaleway_k8s_cluster.this", "mode": "managed", "type": "scaleway_k8s_cluster",
                "values": {"type": "kapsule", "kubeconfig": [{"token": "new-secret"}]},
                "sensitive_values": {"kubeconfig": [{"token": true}]},
            }]}]},
        },
        "resource_changes": [
            resource("module.pools.scaleway_k8s_pool.b", &["delete", "create"], &renamed),
            resource("module.cluster.scaleway_k8s_cluster.this", &["update"], &upgrade),
            resource("module.network.scaleway_vpc.this", &["no-op"], &json!({})),
            resource("module.iam.scaleway_iam_policy.pull", &["create"], &json!({"after": {"name": "pull"}})),
            resource("module.iam.scaleway_iam_policy.old", &["delete"], &json!({"before": {"name": "old"}})),
            {"address": "data.scaleway_account_project.this", "mode": "data", "type": "x", "change": {"actions": ["read"]}},
        ],
        "resource_drift": [
            resource("module.network.scaleway_vpc.this", &["update"], &upgrade),
            resource("module.cluster.scaleway_k8s_cluster.this", &["update"], &upgrade),
            resource("module.ingress[0].scaleway_lb_ip.this", &["delete"], &json!({"before": {}})),
        ],
    })
}

#[test]
fn summary_lists_all_changes() {
    insta::assert_json_snapshot!(Summary::of(&"staging".into(), &plan()));
}

#[test]
fn sensitive_values_are_left_out() {
    let summary = serde_json::to_string(&Summary::of(&"staging".into(), &plan())).unwrap();
    let others = redacted(&plan());
    assert!(!summary.contains("secret") && !others.to_string().contains("secret"), "{summary}\n{others}");
    let cluster = &others["planned_values"]["root_module"]["child_modules"][0]["resources"][0];
    assert_eq!(cluster["values"]["type"], "kapsule");
    assert_eq!(others["resource_changes"][1]["change"]["after"]["version"], "1.35");
}

#[test]
fn plan_without_changes_is_empty() {
    let nothing = json!({"resource_changes": [resource("a.scaleway_vpc.this", &["no-op"], &json!({}))]});
    assert!(Summary::of(&"staging".into(), &nothing).is_empty());
    assert!(Summary::of(&"staging".into(), &json!({})).is_empty());
}

proptest! {
    #[test]
    fn only_marked_values_are_left_out(open in "[a-z]{1,8}", hidden in "[A-Z]{1,8}", deep in 0usize..4) {
        let (mut value, mut mark) = (json!({"open": open, "hidden": hidden}), json!({"hidden": true}));
        for _ in 0..deep {
            value = json!([{"in": value}]);
            mark = json!([{"in": mark}]);
        }
        let kept = without_sensitive(&value, &mark).to_string();
        prop_assert!(!kept.contains(&hidden), "{kept}");
        prop_assert!(kept.contains(&open), "{kept}");
    }
}
