//! The weekly workflow that proposes new pins.

use super::{jobs, read, steps};

#[test]
fn pins_are_written_by_the_job_without_our_programs() {
    let workflow = read(".github/workflows/pins.yml");
    let [resolve, propose] = ["resolve", "propose"].map(|name| &jobs(&workflow)[name]);
    assert!(resolve["permissions"].is_null());
    let runs = |job| steps(job).iter().filter_map(|step| step["run"].as_str()).collect::<String>();
    assert!(runs(resolve).contains("seasense images pin"));
    assert!(!runs(propose).contains("seasense"), "{}", runs(propose));
    assert_eq!(propose["permissions"], serde_json::json!({"contents": "write", "pull-requests": "write"}));
    assert!(runs(propose).contains("-- infra/pins.toml"), "only the pins are committed");
}
