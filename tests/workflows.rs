//! The ready-made workflow files: what they run exists, what they use is pinned. `scripts/lib/actionlint` lints the first.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test ends with a panic")]

use std::{os::unix::fs::PermissionsExt, path::Path};

use serde_json::Value;

const GITHUB: &str = ".github/workflows/ci.yml";
const GITLAB: &str = "docs/ci/gitlab-ci.yml";

fn read(file: &str) -> Value {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

/// The command that runs the platform, in words.
fn run_of(line: &str) -> Vec<&str> {
    let words: Vec<&str> = line.split_whitespace().collect();
    assert!(words[0].ends_with("release/seasense"), "{line}");
    assert_eq!(words[1], "ci", "{line}");
    words
}

fn option<'a>(words: &[&'a str], name: &str) -> &'a str {
    let at = words.iter().position(|word| *word == name).unwrap_or_else(|| panic!("no {name} in {words:?}"));
    words[at + 1]
}

#[test]
fn github_pins_every_action_by_its_commit_and_may_only_read() {
    let workflow = read(GITHUB);
    assert_eq!(workflow["permissions"], serde_json::json!({"contents": "read"}));
    let steps = workflow["jobs"]["environment"]["steps"].as_array().unwrap();
    for action in steps.iter().filter_map(|step| step["uses"].as_str()) {
        let (_, version) = action.split_once('@').unwrap();
        assert!(version.len() == 40 && version.chars().all(|c| c.is_ascii_hexdigit()), "{action}");
    }
    assert!(workflow["on"].as_object().unwrap().contains_key("pull_request"), "{}", workflow["on"]);
}

#[test]
fn github_keeps_the_report_that_the_run_writes() {
    let workflow = read(GITHUB);
    let steps = workflow["jobs"]["environment"]["steps"].as_array().unwrap();
    let line =
        steps.iter().filter_map(|step| step["run"].as_str()).find(|run| run.contains("--junit")).unwrap();
    let words = run_of(line);
    let kept = steps.iter().find(|step| step["with"]["name"] == "reports").unwrap();
    assert_eq!(kept["if"], "always()");
    for report in [option(&words, "--junit"), option(&words, "--events")] {
        assert!(Path::new(report).starts_with(kept["with"]["path"].as_str().unwrap()), "{report}");
    }
    is_a_program(words.last().unwrap());
}

#[test]
fn gitlab_shows_the_report_that_the_run_writes() {
    let file = read(GITLAB);
    let jobs = file.as_object().unwrap();
    assert_eq!(jobs.keys().collect::<Vec<_>>(), ["environment"]);
    let job = &jobs["environment"];
    let known =
        ["stage", "tags", "rules", "timeout", "interruptible", "variables", "cache", "script", "artifacts"];
    for key in job.as_object().unwrap().keys() {
        assert!(known.contains(&key.as_str()), "`{key}` is no key of a job that we know");
    }
    let script = texts(&job["script"]);
    let words = run_of(script.last().unwrap());
    assert_eq!(job["artifacts"]["reports"]["junit"], option(&words, "--junit"));
    assert_eq!(job["artifacts"]["when"], "always");
    assert!(texts(&job["artifacts"]["paths"]).contains(&"reports"));
    is_a_program(words.last().unwrap());
    for rule in job["rules"].as_array().unwrap() {
        assert!(rule["if"].as_str().unwrap().starts_with("$CI_"), "{rule}");
    }
}

fn is_a_program(file: &str) {
    let mode =
        std::fs::metadata(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap().permissions().mode();
    assert_eq!(mode & 0o111, 0o111, "{file} cannot be run");
}
