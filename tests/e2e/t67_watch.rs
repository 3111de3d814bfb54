//! `dev --watch`: saved files are applied, errors are reported, and no request of the API fails meanwhile.

use crate::{
    load::RequestLoad,
    manifest::{FIELD, HEADLESS, MANIFEST, SERVICE},
    shared::running_env,
    watch::Watch,
};

const ROUTES: &str = "src/apps/backend/routes.rs";

fn line_of(file: &str, text: &str) -> usize {
    let content = std::fs::read_to_string(running_env().project().join(file)).unwrap();
    content.lines().position(|line| line.contains(text)).unwrap() + 1
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t67_saved_manifest_is_applied_and_errors_are_reported() {
    let env = running_env();
    let mut watch = Watch::start(env);
    let before = env.status()["artifact"]["digest"].clone();

    let (former, deadline) = (env.deadline(), env.deadline() + 1);
    env.set_deadline(deadline);
    let message = watch.applied();
    assert!(message.starts_with("applied after "), "{message}");
    assert_eq!(env.deployed_deadline(), deadline.to_string());
    let applied = env.status()["artifact"]["digest"].clone();
    assert_ne!(applied, before, "the edit is not in the artifact");

    // Invalid YAML and what every API server would refuse are rejected before the push, both with file and line.
    let line = line_of(MANIFEST, FIELD);
    env.set_deadline(format!("[{deadline}"));
    let failure = watch.failure();
    let place = failure["location"].as_str().unwrap();
    assert!(place.starts_with(&format!("{MANIFEST}:")), "{failure}");
    assert_eq!(env.status()["artifact"]["digest"], applied, "an invalid tree reached the cluster");

    env.set_deadline(0);
    let failure = watch.failure();
    assert_eq!(failure["kind"], "environment", "{failure}");
    assert_eq!(failure["location"], format!("{MANIFEST}:{line}:3"), "{failure}");
    assert_eq!(env.status()["artifact"]["digest"], applied, "a refused tree reached the cluster");
    assert_eq!(env.deployed_deadline(), deadline.to_string(), "a rejected manifest changed the cluster");
    assert!(env.get("/").unwrap().contains("<html"), "the last valid state does not serve");

    env.set_deadline(former);
    watch.applied();
    // Only the cluster knows which fields cannot change any more.
    env.edit(SERVICE, "spec:\n", HEADLESS);
    let failure = watch.failure();
    assert_eq!(failure["kind"], "phase", "{failure}");
    let place = failure["location"].as_str().unwrap();
    assert!(place.starts_with(&format!("{SERVICE}:")), "{failure}");
    assert!(env.get("/").unwrap().contains("<html"), "the last valid state does not serve");
    env.edit(SERVICE, HEADLESS, "spec:\n");
    watch.applied();
    assert_eq!(env.deployed_deadline(), former.to_string());
    assert_eq!(watch.interrupt(), Some(0), "SIGINT is the normal end of a watch");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t67_workloads_are_replaced_without_a_failed_request() {
    let env = running_env();
    let locked = env.status()["artifact"]["digest"].clone();
    let mut watch = Watch::start(env);
    let (from, to, broken) = ("nothing is at {}", "nothing at all is at {}", "nothing is at {} {}");
    let missing = || env.body_of("/api/v1/nowhere");
    assert!(missing().contains("nothing is at"), "{}", missing());

    env.edit(ROUTES, from, broken);
    let failure = watch.failure();
    assert!(failure["location"].as_str().unwrap().starts_with(&format!("{ROUTES}:")), "{failure}");
    assert!(missing().contains("nothing is at"), "the last valid state does not serve");

    let load = RequestLoad::start(env);
    env.edit(ROUTES, broken, to);
    let message = watch.applied();
    assert!(message.contains("backend live after "), "{message}");
    // The replaced pod may answer until the gateway has removed it.
    let renewed = || missing().contains("nothing at all is at");
    env.wait_until("the new backend answers", std::time::Duration::from_secs(10), renewed);
    // The next replacement starts while the previous pod drains.
    env.edit(ROUTES, to, from);
    watch.applied();
    let (answered, failed) = load.stop();
    eprintln!("{answered} requests answered while the backend was replaced twice");
    assert!(answered > 200, "only {answered} requests were answered");
    assert_eq!(failed, Vec::<String>::new(), "of {answered} requests");

    let fleet = env.fleet_image();
    env.edit(
        "src/apps/fleet/main.rs",
        "another TLS provider is already installed",
        "another TLS provider was installed before",
    );
    assert!(watch.applied().contains("fleet live after "));
    assert_ne!(env.fleet_image(), fleet, "the fleet was not replaced");
    let readings = env.readings();
    env.wait_until("the new fleet sends", std::time::Duration::from_mins(1), || env.readings() > readings);
    env.edit(
        "src/apps/fleet/main.rs",
        "another TLS provider was installed before",
        "another TLS provider is already installed",
    );
    watch.applied();
    assert_eq!(watch.interrupt(), Some(0));

    // The sources are unchanged again, so `dev` deploys the images of the supply lock.
    env.seasense(&["dev", "--output", "plain"]).assert_success();
    assert_eq!(env.status()["artifact"]["digest"], locked);
}
