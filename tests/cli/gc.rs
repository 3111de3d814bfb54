//! `gc` removes environments without an owner, and no resource of a living owner or of another tool.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, flock};
use serde_json::{Value, json};

use super::{
    docker_machine::{Machine, container},
    harness::{Harness, Run},
    schema::assert_allowed,
};

const KIND: &str = "io.x-k8s.kind.cluster";
const OWNER: (&str, &str) = ("org.seasense.owner", "seasense");

/// Returns a harness with three environments: `alive` of its own project, `lost` of a removed checkout,
/// `ci-00000001` of a dead run. A foreign kind cluster and the shared registry exist as well.
fn machine() -> (Harness, Machine) {
    let harness = Harness::new();
    let mut containers = vec![
        container("kind-control-plane", &[(KIND, "kind")], &[]),
        container("seasense-stolen-control-plane", &[(KIND, "seasense-stolen")], &[]),
        container("seasense-registry", &[OWNER, ("org.seasense.role", "registry")], &[]),
    ];
    for (name, project) in [
        ("alive", harness.project()),
        ("lost", "/no/such/checkout".into()),
        ("ci-00000001", harness.project()),
    ] {
        let cluster = format!("seasense-{name}");
        let state = environment(&harness, name, &project);
        let node = container(
            &format!("{cluster}-control-plane"),
            &[(KIND, &cluster)],
            &[("/etc/seasense", &state.join("mark"))],
        );
        let fleet = container(&format!("{cluster}-fleet"), &[OWNER, ("org.seasense.environment", name)], &[]);
        containers.extend([node, fleet]);
    }
    let machine = Machine::start(&harness.root().join("docker.sock"), containers);
    (harness, machine)
}

fn environment(harness: &Harness, name: &str, project: &Path) -> PathBuf {
    let state = harness.state(&format!("seasense-{name}"));
    fs::create_dir_all(state.join("mark")).unwrap();
    fs::write(state.join("mark/environment"), name).unwrap();
    let owner = json!({"project": project, "environment": "local", "https_port": 8443,
        "created": "2026-01-01T00:00:00Z", "place": place(project)});
    fs::write(state.join("owner.json"), owner.to_string()).unwrap();
    let process = name.starts_with("ci-").then_some(1);
    if process.is_some() {
        // The lock of a run that has ended.
        fs::create_dir_all(harness.lock("x").parent().unwrap()).unwrap();
        fs::write(harness.lock(&format!("seasense-{name}")), "1").unwrap();
    }
    let lease = json!({"process": process, "deadline": null, "cache": harness.lock("x").ancestors().nth(2)});
    fs::write(state.join("lease.json"), lease.to_string()).unwrap();
    state
}

/// The identities of the directories above `path`, as an environment records them.
fn place(path: &Path) -> String {
    let mut identities: Vec<String> = path
        .ancestors()
        .skip(1)
        .map(|folder| {
            let Ok(found) = fs::metadata(folder) else { return String::new() };
            let born = found.created().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
            format!("{}.{}", found.ino(), born.as_nanos())
        })
        .collect();
    identities.reverse();
    identities.join(",")
}

/// Returns the verdict on each environment.
fn verdicts(run: &Run) -> Vec<(String, String)> {
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_allowed("gc", &report);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    report["environments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|environment| (text(&environment["name"]), text(&environment["decision"])))
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, verdict)| ((*name).to_owned(), (*verdict).to_owned())).collect()
}

#[test]
fn dry_run_of_gc_removes_nothing() {
    let (harness, machine) = machine();
    let before = machine.names();
    let run = harness.run_in(&harness.project(), &["gc", "--dry-run", "--json"]);
    assert_eq!(verdicts(&run), pairs(&[("alive", "keep"), ("ci-00000001", "remove"), ("lost", "remove")]));
    assert_eq!(machine.names(), before);
    assert!(harness.state("seasense-lost").exists());
}

#[test]
fn gc_removes_exactly_the_environments_without_an_owner() {
    let (harness, machine) = machine();
    // `gc` needs no checkout.
    let run = harness.run_in(Path::new("/"), &["gc", "--json"]);
    assert_eq!(verdicts(&run), pairs(&[("alive", "keep"), ("ci-00000001", "remove"), ("lost", "remove")]));
    assert_eq!(
        machine.names(),
        [
            "kind-control-plane",
            "seasense-alive-control-plane",
            "seasense-alive-fleet",
            "seasense-registry",
            "seasense-stolen-control-plane"
        ]
    );
    assert!(harness.state("seasense-alive").exists());
    for gone in ["seasense-lost", "seasense-ci-00000001"] {
        assert!(!harness.state(gone).exists(), "{gone}");
    }
    assert!(!harness.lock("seasense-ci-00000001").exists(), "the lock of a removed `ci` run remains");
    let again = harness.run_in(&harness.project(), &["gc", "--json"]);
    assert_eq!(verdicts(&again), pairs(&[("alive", "keep")]));
}

#[test]
fn gc_of_the_cache_keeps_environments_and_results() {
    let (harness, machine) = machine();
    let before = machine.names();
    let cache = harness.root().join("home/.cache/seasense");
    let diagnostics = cache.join("diagnostics");
    fs::create_dir_all(&diagnostics).unwrap();
    // Files without content on the disk: the sizes are those of the limits.
    let file = |name: &str, days: u64| {
        let file = fs::File::create(diagnostics.join(name)).unwrap();
        file.set_len(200 << 20).unwrap();
        let age = std::time::Duration::from_hours(24 * days);
        file.set_modified(std::time::SystemTime::now() - age).unwrap();
    };
    file("old", 9);
    file("new", 1);
    fs::create_dir_all(cache.join("supply/build/jobs/go.kind/key")).unwrap();
    let gc = |args: &[&str]| {
        let run = harness.run_in(&harness.project(), &[&["gc", "--cache", "--json"], args].concat());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_allowed("gc-cache", &report);
        let parts = report["parts"].as_array().unwrap().clone();
        parts.into_iter().find(|part| part["name"] == "diagnostics").unwrap()
    };
    assert_eq!(gc(&["--dry-run"])["removed_bytes"], 200 << 20);
    assert!(diagnostics.join("old").exists());
    assert_eq!(gc(&[])["removed_bytes"], 200 << 20);
    assert!(!diagnostics.join("old").exists() && diagnostics.join("new").exists());
    assert!(cache.join("supply/build/jobs/go.kind/key").exists());
    assert_eq!(machine.names(), before);
}

#[test]
fn gc_keeps_an_environment_that_a_run_has_locked() {
    let (harness, machine) = machine();
    let path = harness.lock("seasense-ci-00000001");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let lock = fs::File::create(&path).unwrap();
    flock(&lock, FlockOperation::NonBlockingLockExclusive).unwrap();
    let run = harness.run_in(&harness.project(), &["gc", "--json"]);
    assert_eq!(verdicts(&run), pairs(&[("alive", "keep"), ("ci-00000001", "keep"), ("lost", "remove")]));
    assert!(machine.names().contains(&"seasense-ci-00000001-fleet".to_owned()));
}

#[test]
fn gc_removes_containers_whose_state_was_deleted() {
    let harness = Harness::new();
    let state = |name: &str| harness.state(&format!("seasense-{name}")).to_string_lossy().into_owned();
    fs::create_dir_all(harness.state("")).unwrap();
    let here = place(&harness.state("seasense-old"));
    let of = |name: &'static str, role: &'static str, state: &str, place: &str| {
        let labels = [
            OWNER,
            ("org.seasense.environment", name),
            ("org.seasense.role", role),
            ("org.seasense.state", state),
            ("org.seasense.place", place),
        ];
        container(&format!("seasense-{name}-{role}"), &labels, &[])
    };
    let machine = Machine::start(
        &harness.root().join("docker.sock"),
        vec![
            of("old", "fleet", &state("old"), &here),
            // Created by a client that sees other file systems.
            of("far", "fleet", &state("far"), "2.1,3.1,4.1"),
            of("ci-00000002", "reaper", &state("ci-00000002"), &here),
        ],
    );
    let run = harness.run_in(&harness.project(), &["gc", "--json"]);
    assert_eq!(verdicts(&run), pairs(&[("ci-00000002", "keep"), ("far", "keep"), ("old", "remove")]));
    assert_eq!(machine.names(), ["seasense-ci-00000002-reaper", "seasense-far-fleet"]);
}

/// Runs `gc` where other directories are in the place of `hidden`, as in a container or another mount namespace.
fn kept_without(hidden: &[PathBuf], harness: &Harness) -> Vec<(String, String)> {
    let away = |path: &Path| path.with_extension("away");
    for path in hidden {
        fs::rename(path, away(path)).unwrap();
        fs::create_dir(path).unwrap();
    }
    let found = verdicts(&harness.run_in(Path::new("/"), &["gc", "--json"]));
    for path in hidden {
        fs::remove_dir_all(path).unwrap();
        fs::rename(away(path), path).unwrap();
    }
    found
}

#[test]
fn gc_keeps_environments_whose_files_cannot_be_seen() {
    let harness = Harness::new();
    let checkout = harness.root().join("disk/checkout");
    fs::create_dir_all(checkout.join("envs")).unwrap();
    let state = environment(&harness, "alive", &checkout);
    let of_ci = environment(&harness, "ci-00000001", &harness.project());
    let node = |name: &str, state: &Path| {
        // The daemon sees the state directory wherever it is for this process.
        let seen = harness.root().join(format!("daemon-{name}"));
        fs::create_dir(&seen).unwrap();
        fs::hard_link(state.join("mark/environment"), seen.join("environment")).unwrap();
        let cluster = format!("seasense-{name}");
        let mut node =
            container(&format!("{cluster}-control-plane"), &[(KIND, &cluster)], &[("/etc/seasense", &seen)]);
        node["Labels"]["org.seasense.state"] = json!(state);
        node
    };
    let containers = vec![node("alive", &state), node("ci-00000001", &of_ci)];
    let machine = Machine::start(&harness.root().join("docker.sock"), containers);
    let kept = pairs(&[("alive", "keep"), ("ci-00000001", "keep")]);
    let (states, cache) = (harness.state(""), harness.root().join("home/.cache"));
    let states = states.parent().unwrap().join("seasense");
    for hidden in [
        vec![states.clone()],
        vec![states.clone(), cache.clone()],
        vec![states, harness.root().join("disk"), cache.clone()],
        vec![harness.root().join("disk"), cache],
    ] {
        assert_eq!(kept_without(&hidden, &harness), kept, "{hidden:?}");
    }
    assert_eq!(machine.names().len(), 2);
    fs::remove_dir_all(harness.root().join("disk/checkout")).unwrap();
    let found = verdicts(&harness.run_in(Path::new("/"), &["gc", "--dry-run", "--json"]));
    assert_eq!(found, pairs(&[("alive", "remove"), ("ci-00000001", "remove")]), "both are dead");
}

#[test]
fn ls_lists_every_environment_with_its_owner() {
    let (harness, _machine) = machine();
    let run = harness.run_in(Path::new("/"), &["ls", "--json"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let list: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_allowed("ls", &list);
    assert_eq!(list["version"], 2);
    let environments = list["environments"].as_array().unwrap();
    let names: Vec<&str> =
        environments.iter().map(|environment| environment["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["alive", "ci-00000001", "lost"]);
    let orphan = &environments[2];
    assert_eq!(orphan["checkout"], "/no/such/checkout");
    assert_eq!(orphan["checkout_exists"], false);
    assert_eq!(orphan["containers"], 2);
    assert_eq!(orphan["https_port"], 8443);
    assert_eq!(environments[1]["process"], 1);
    let text = harness.run_in(&harness.project(), &["ls"]);
    assert!(text.stdout.contains("/no/such/checkout (deleted)"), "{}", text.stdout);
}

#[test]
fn ls_and_gc_need_a_daemon() {
    for verb in ["ls", "gc"] {
        assert_eq!(Harness::new().run(&[verb]).code, Some(20), "{verb}");
    }
}
