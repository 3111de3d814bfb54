//! `seasense cost`: prices, budgets and profiles.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::{
    harness::{Harness, Run},
    schema::assert_allowed,
};

/// Returns a project with the prices, layouts and environments of this project.
fn harness() -> Harness {
    let harness = Harness::new();
    for (folder, ending) in
        [("infra/scaleway", "prices.toml"), ("infra/scaleway/envs", ".tfvars.json"), ("envs", ".toml")]
    {
        let to = harness.project().join(folder);
        fs::create_dir_all(&to).unwrap();
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.to_str().unwrap().ends_with(ending) {
                fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    harness
}

fn change(harness: &Harness, name: &str, key: &str, value: Value) {
    let path = harness.project().join(format!("infra/scaleway/envs/{name}.tfvars.json"));
    let mut layout: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    layout[key] = value;
    fs::write(path, layout.to_string()).unwrap();
}

fn read(run: &Run) -> Value {
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn cost_lists_and_sums_all_environments() {
    let harness = harness();
    let report = read(&harness.run(&["cost", "--json", "--output", "quiet"]));
    assert_allowed("cost", &report);
    let environments = report["environments"].as_array().unwrap();
    let names: Vec<&str> =
        environments.iter().map(|environment| environment["environment"].as_str().unwrap()).collect();
    assert_eq!(names, ["production", "staging"]);
    let sum: f64 =
        environments.iter().map(|environment| environment["eur_per_month"].as_f64().unwrap()).sum();
    assert!((report["eur_per_month"].as_f64().unwrap() - sum).abs() < 1e-6);
    let text = harness.run(&["cost"]);
    assert!(text.stdout.contains("total "), "{}", text.stdout);
}

#[test]
fn stopped_nodes_cost_nothing() {
    let eur = |args: &[&str]| {
        let report = read(&harness().run(args));
        report["eur_per_month"].as_f64().unwrap()
    };
    let always = eur(&["cost", "staging", "--json", "--node-hours", "730"]);
    let office = eur(&["cost", "staging", "--json", "--node-hours", "240"]);
    let default = eur(&["cost", "staging", "--json"]);
    assert!(office < always * 0.5, "{office} of {always}");
    assert!(default < office, "by default the nodes stop while no change is deployed: {default}");
}

#[test]
fn cost_over_budget_needs_a_reason() {
    let harness = harness();
    let gate = ["cost", "production", "--gate", "--json"];
    assert_eq!(read(&harness.run(&gate))["environments"][0]["budget"]["verdict"], "within");

    change(&harness, "production", "load_balancer", json!(true));
    change(&harness, "production", "public_gateway", json!(true));
    let run = harness.run(&gate);
    assert_eq!(run.code, Some(60), "{}", run.stderr);
    assert!(run.stderr.contains("`production` would cost more than 50 EUR per month"), "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["environments"][0]["budget"]["verdict"], "over");
    // Without `--gate` the budget is not enforced.
    assert_eq!(harness.run(&["cost", "production"]).code, Some(0));

    let with_reason = [&gate[..], &["--over-budget", "a field campaign until May"]].concat();
    let report = read(&harness.run(&with_reason));
    let budget = &report["environments"][0]["budget"];
    assert_eq!(budget["verdict"], "overridden");
    assert!(
        budget["reason"].as_str().unwrap().ends_with("allowed because: a field campaign until May"),
        "{budget}"
    );
    assert_eq!(harness.run(&["cost", "--over-budget", "why"]).code, Some(2), "a reason without a gate");
}

#[test]
fn plan_is_priced_instead_of_the_layout() {
    let harness = harness();
    let resource = |kind: &str, values: Value| json!({"address": format!("{kind}.this"), "mode": "managed", "type": kind, "values": values});
    let pool = json!({"node_type": "DEV1-M", "autoscaling": true, "min_size": 2, "max_size": 3, "root_volume_type": "l_ssd",
        "root_volume_size_in_gb": 40, "public_ip_disabled": false});
    let mut resources = vec![
        resource("scaleway_k8s_cluster", json!({"type": "kapsule"})),
        resource("scaleway_k8s_pool", pool),
    ];
    let file = harness.project().join("plan.json");
    let write = |resources: &[Value]| {
        fs::write(&file, json!({"planned_values": {"root_module": {"resources": resources}}}).to_string())
            .unwrap();
    };
    write(&resources);
    let priced = read(&harness.run(&["cost", "production", "--plan", "plan.json", "--json"]));
    assert_allowed("cost", &priced);
    assert_eq!(priced["environments"][0]["source"], "plan");
    let layout = read(&harness.run(&["cost", "production", "--json"]));
    let (plan, layout) =
        (priced["eur_per_month"].as_f64().unwrap(), layout["eur_per_month"].as_f64().unwrap());
    assert!((plan - layout).abs() < 1e-6, "{plan} and {layout}");

    resources.push(resource("scaleway_rdb_instance", json!({})));
    write(&resources);
    let run = harness.run(&["cost", "production", "--plan", "plan.json"]);
    assert_eq!(run.code, Some(10), "{}", run.stderr);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("unknown price of resource type `scaleway_rdb_instance`"), "{}", run.stderr);
    assert_eq!(harness.run(&["cost", "--plan", "plan.json"]).code, Some(2), "a plan of several environments");
}

#[test]
fn profiles_are_compared() {
    let harness = harness();
    let compared = read(&harness.run(&["cost", "--profiles", "--json"]));
    assert_allowed("cost-profiles", &compared);
    let run = harness.run(&["cost", "--profiles"]);
    assert!(run.stdout.contains("at these prices it exceeds the budget"), "{}", run.stdout);
}

#[test]
fn resource_without_a_price_is_an_error_with_its_name() {
    let harness = harness();
    change(&harness, "staging", "node_type", json!("GP1-XS"));
    let run = harness.run(&["cost", "staging"]);
    assert_eq!(run.code, Some(10), "{}", run.stderr);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("no price is known for `GP1-XS`"), "{}", run.stderr);
    let run = harness.run(&["cost", "stagin"]);
    assert!(run.stderr.contains("the nearest known name is `staging`"), "{}", run.stderr);
}

#[test]
fn an_autoscaled_pool_is_judged_at_its_largest_size() {
    let harness = harness();
    change(&harness, "production", "nodes_max", json!(9));
    let report = read(&harness.run(&["cost", "production", "--json"]));
    assert_allowed("cost", &report);
    let one = &report["environments"][0];
    let (least, most) =
        (one["eur_per_month"].as_f64().unwrap(), one["eur_per_month_at_most"].as_f64().unwrap());
    assert!(least < 50.0 && most > 100.0, "{least} to {most}");
    let gate = harness.run(&["cost", "production", "--gate"]);
    assert_eq!(gate.code, Some(60), "{}", gate.stderr);
    assert!(gate.stdout.contains(&format!("{most:.2} with all nodes that may run")), "{}", gate.stdout);
}
