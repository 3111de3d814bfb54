//! `dev --watch` on the environment of the other tests: what is saved is applied, what is wrong is shown, and nothing of
//! it is felt by those who ask the API.

use crate::{hammer::Hammer, watch::Watch, world::world};

const FRONTEND: &str = "gitops/apps/frontend/deployment.yaml";
const ROUTES: &str = "src/apps/backend/routes.rs";

fn deadline_in_cluster() -> String {
    let path = "jsonpath={.spec.progressDeadlineSeconds}";
    world().kubectl(&["get", "deployment", "frontend", "-n", "seasense", "-o", path])
}

fn line_of(file: &str, text: &str) -> usize {
    let content = std::fs::read_to_string(world().project().join(file)).unwrap();
    content.lines().position(|line| line.contains(text)).unwrap() + 1
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn what_is_saved_is_applied_and_what_is_wrong_is_shown() {
    let world = world();
    let mut watch = Watch::start(world);
    let before = world.status()["artifact"]["digest"].clone();

    world.edit(FRONTEND, "progressDeadlineSeconds: 241", "progressDeadlineSeconds: 242");
    let told = watch.applied();
    assert!(told.starts_with("applied after "), "{told}");
    assert_eq!(deadline_in_cluster(), "242");
    let applied = world.status()["artifact"]["digest"].clone();
    assert_ne!(applied, before, "the edit is not in the artifact");

    // What is no YAML is refused here, what is no Deployment is refused by the cluster; both with file and line.
    let line = line_of(FRONTEND, "progressDeadlineSeconds");
    world.edit(FRONTEND, "progressDeadlineSeconds: 242", "progressDeadlineSeconds: [242");
    let failure = watch.failure();
    let place = failure["location"].as_str().unwrap();
    assert!(place.starts_with(&format!("{FRONTEND}:")), "{failure}");
    assert_eq!(world.status()["artifact"]["digest"], applied, "a broken tree reached the cluster");

    world.edit(FRONTEND, "progressDeadlineSeconds: [242", "progressDeadlineSeconds: -1");
    let failure = watch.failure();
    assert_eq!(failure["kind"], "phase", "{failure}");
    assert_eq!(failure["location"], format!("{FRONTEND}:{line}:1"), "{failure}");
    assert_eq!(deadline_in_cluster(), "242", "a refused manifest changed the cluster");
    assert!(world.get("/").unwrap().contains("<html"), "the last good state does not go on serving");

    world.edit(FRONTEND, "progressDeadlineSeconds: -1", "progressDeadlineSeconds: 241");
    watch.applied();
    assert_eq!(deadline_in_cluster(), "241");
    assert_eq!(watch.end(), Some(0), "Ctrl-C is the normal end of a watch");
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn workloads_are_replaced_and_no_request_is_dropped() {
    let world = world();
    let locked = world.status()["artifact"]["digest"].clone();
    let mut watch = Watch::start(world);
    let (from, to, broken) = ("nothing is at {}", "nothing at all is at {}", "nothing is at {} {}");
    let missing = || world.body_of("/api/v1/nowhere");
    assert!(missing().contains("nothing is at"), "{}", missing());

    world.edit(ROUTES, from, broken);
    let failure = watch.failure();
    assert!(failure["location"].as_str().unwrap().starts_with(&format!("{ROUTES}:")), "{failure}");
    assert!(missing().contains("nothing is at"), "the last good state does not go on serving");

    let hammer = Hammer::start(world);
    world.edit(ROUTES, broken, to);
    let told = watch.applied();
    assert!(told.contains("backend live after "), "{told}");
    // The one that was replaced may answer a last time while the gateway learns of its end.
    let renewed = || missing().contains("nothing at all is at");
    world.until("the new backend answers", std::time::Duration::from_secs(10), renewed);
    // Back again; what was replaced drains while the next one comes.
    world.edit(ROUTES, to, from);
    watch.applied();
    let (answered, dropped) = hammer.stop();
    eprintln!("{answered} requests answered while the backend was replaced twice");
    assert!(answered > 200, "{answered} requests are too few to prove anything");
    assert_eq!(dropped, Vec::<String>::new(), "of {answered} requests");

    let fleet = world.fleet_image();
    world.edit(
        "src/apps/fleet/main.rs",
        "TLS provider was installed before",
        "TLS provider was there before",
    );
    assert!(watch.applied().contains("fleet live after "));
    assert_ne!(world.fleet_image(), fleet, "the fleet was not replaced");
    let readings = world.readings();
    world.until("the new fleet sends", std::time::Duration::from_mins(1), || world.readings() > readings);
    world.edit(
        "src/apps/fleet/main.rs",
        "TLS provider was there before",
        "TLS provider was installed before",
    );
    watch.applied();
    assert_eq!(watch.end(), Some(0));

    // The sources are what they were, so a plain run goes back to the images of the lock.
    world.seasense(&["dev", "--output", "plain"]).assert_success();
    assert_eq!(world.status()["artifact"]["digest"], locked);
}
