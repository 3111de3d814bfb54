//! The workflow files run existing programs, pin their actions, and have minimal permissions.
//! `scripts/lib/actionlint` lints those for GitHub.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test panics on failure")]

#[path = "workflows/commands.rs"]
mod commands;
#[path = "workflows/pins.rs"]
mod pins;
#[path = "workflows/shell.rs"]
mod shell;

use std::{collections::BTreeSet, os::unix::fs::PermissionsExt, path::Path};

use serde_json::{Map, Value, json};

const CI: &str = ".github/workflows/ci.yml";
const SETUP: &str = ".github/actions/seasense/action.yml";
const GITLAB: &str = "docs/ci/gitlab-ci.yml";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn read(file: &str) -> Value {
    serde_saphyr::from_str(&text(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Returns every workflow for GitHub with its path.
fn workflows() -> Vec<(String, Value)> {
    let entries = std::fs::read_dir(root().join(".github/workflows")).unwrap();
    let mut files: Vec<String> = entries
        .map(|entry| format!(".github/workflows/{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    files.sort();
    assert!(files.len() >= 4, "{files:?}");
    files.into_iter().map(|file| (file.clone(), read(&file))).collect()
}

fn jobs(workflow: &Value) -> &Map<String, Value> {
    workflow["jobs"].as_object().unwrap()
}

fn steps(job: &Value) -> &[Value] {
    job["steps"].as_array().map_or(&[], Vec::as_slice)
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|value| value.as_str().unwrap()).collect()
}

fn option<'a>(words: &[&'a str], name: &str) -> &'a str {
    let at = words.iter().position(|word| *word == name).unwrap_or_else(|| panic!("no {name} in {words:?}"));
    words[at + 1]
}

#[test]
fn github_actions_are_pinned_by_commit() {
    let setup = read(SETUP);
    let mut seen = 0;
    let mut used: Vec<Value> = steps(&setup["runs"]).to_vec();
    for (_, workflow) in workflows() {
        used.extend(jobs(&workflow).values().flat_map(|job| steps(job).to_vec()));
        used.extend(jobs(&workflow).values().filter(|job| job["uses"].is_string()).cloned());
    }
    for action in used.iter().filter_map(|step| step["uses"].as_str()) {
        if let Some(own) = action.strip_prefix("./") {
            assert!(root().join(own).exists(), "{action}");
            continue;
        }
        let (_, version) = action.split_once('@').unwrap();
        assert!(version.len() == 40 && version.chars().all(|c| c.is_ascii_hexdigit()), "{action}");
        seen += 1;
    }
    assert!(seen > 8, "{seen} actions");
}

#[test]
fn github_jobs_have_minimal_permissions() {
    for (file, workflow) in workflows() {
        assert_eq!(workflow["permissions"], json!({"contents": "read"}), "{file}");
        for (name, job) in jobs(&workflow) {
            let more = job["permissions"].as_object().cloned().unwrap_or_default();
            let permissions: BTreeSet<String> =
                more.iter().map(|(scope, access)| format!("{scope}: {access}")).collect();
            let writes = permissions.iter().any(|permission| permission.contains("write"));
            // A job that runs an unreviewed change must not have write permissions.
            let runs = steps(job)
                .iter()
                .any(|step| step["run"].as_str().is_some_and(|run| run.contains("seasense ")));
            let trusted = ["deliver", "staging", "production"].contains(&name.as_str());
            assert!(!writes || trusted || !runs, "{file}: {name} runs a change with {permissions:?}");
            for step in steps(job)
                .iter()
                .filter(|step| step["uses"].as_str().is_some_and(|uses| uses.contains("checkout")))
            {
                let keeps_token = step["with"]["persist-credentials"] != false;
                assert!(!keeps_token || writes, "{file}: {name} keeps a token that it does not need");
            }
            assert!(
                job["timeout-minutes"].is_number() || job["uses"].is_string(),
                "{file}: {name} has no timeout"
            );
        }
    }
}

#[test]
fn production_needs_approval_and_is_never_cancelled() {
    let deliver = read(".github/workflows/deliver.yml");
    assert_eq!(deliver["jobs"]["production"]["environment"], "production");
    assert_eq!(deliver["jobs"]["production"]["needs"], "staging");
    assert_eq!(deliver["concurrency"], json!({"group": "deliver", "cancel-in-progress": false}));
    let gitlab = read(GITLAB);
    assert_eq!(gitlab["production"]["rules"][0]["when"], "manual");
    assert_eq!(gitlab["production"]["resource_group"], gitlab["staging"]["resource_group"]);
}

#[test]
fn artifacts_are_published_to_the_registry_of_staging() {
    let project = seasense::config::Project::find(root()).unwrap();
    // Staging pulls from this registry. A promotion copies from it to the registry of production.
    let environment = seasense::config::Environment::named(&project, "staging").unwrap();
    let registry = environment.variables.registry.get_ref().as_str();
    for file in [".github/workflows/deliver.yml", ".github/workflows/nightly.yml"] {
        assert_eq!(read(file)["env"]["REGISTRY"], registry, "{file}");
    }
    assert_eq!(read(GITLAB)["variables"]["REGISTRY"], registry);
}

#[test]
fn jobs_that_read_git_history_fetch_all_of_it() {
    for (file, workflow) in workflows() {
        for (name, job) in jobs(&workflow) {
            let needs = steps(job).iter().filter_map(|step| step["run"].as_str());
            let verbs = ["artifact publish", "images prune", "promote ", "diff "];
            if needs.clone().any(|run| verbs.iter().any(|verb| run.contains(&format!("seasense {verb}")))) {
                let checkout = steps(job)
                    .iter()
                    .find(|step| step["uses"].as_str().is_some_and(|uses| uses.contains("checkout")));
                assert_eq!(checkout.unwrap()["with"]["fetch-depth"], 0, "{file}: {name}");
            }
        }
    }
    assert_eq!(read(GITLAB)["variables"]["GIT_DEPTH"], "0");
}

#[test]
fn github_uploads_the_reports_of_the_run() {
    let workflow = read(CI);
    assert!(workflow["on"].as_object().unwrap().contains_key("pull_request"), "{}", workflow["on"]);
    let steps = steps(&workflow["jobs"]["environment"]);
    let line =
        steps.iter().filter_map(|step| step["run"].as_str()).find(|run| run.contains("--junit")).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    let upload = steps.iter().find(|step| step["with"]["name"] == "reports").unwrap();
    assert_eq!(upload["if"], "always()");
    for report in [option(&words, "--junit"), option(&words, "--events")] {
        assert!(Path::new(report).starts_with(upload["with"]["path"].as_str().unwrap()), "{report}");
    }
    assert_executable(words.last().unwrap());
}

#[test]
fn gitlab_publishes_the_junit_report_of_the_run() {
    let file = read(GITLAB);
    let job = &file["environment"];
    let script = texts(&job["script"]);
    let line = script.iter().find(|line| line.contains("--junit")).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(job["artifacts"]["reports"]["junit"], option(&words, "--junit"));
    assert_eq!(job["artifacts"]["when"], "always");
    assert!(texts(&job["artifacts"]["paths"]).contains(&"reports"));
    assert_executable(words.last().unwrap());
}

#[test]
fn gitlab_file_uses_known_keys_and_stages() {
    let known = [
        "stage",
        "tags",
        "rules",
        "timeout",
        "interruptible",
        "variables",
        "cache",
        "script",
        "before_script",
        "after_script",
        "artifacts",
        "extends",
        "environment",
        "resource_group",
    ];
    let file = read(GITLAB);
    let stages = texts(&file["stages"]);
    for (name, job) in file.as_object().unwrap() {
        if ["stages", "variables"].contains(&name.as_str()) {
            continue;
        }
        for key in job.as_object().unwrap().keys() {
            assert!(known.contains(&key.as_str()), "`{key}` of {name} is not a known key of a job");
        }
        if name.starts_with('.') {
            continue;
        }
        assert!(stages.contains(&job["stage"].as_str().unwrap()), "{name}");
        assert_eq!(job["extends"], ".seasense", "{name}");
        for rule in job["rules"].as_array().unwrap() {
            assert!(rule["if"].as_str().unwrap().starts_with("$CI_"), "{rule}");
        }
    }
}

fn assert_executable(file: &str) {
    let mode = std::fs::metadata(root().join(file)).unwrap().permissions().mode();
    assert_eq!(mode & 0o111, 0o111, "{file} is not executable");
}
