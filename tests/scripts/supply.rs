//! `--supply auto`: the supply of an earlier run, else what the network allows.

use std::fs::{File, FileTimes};
use std::time::{Duration, SystemTime};

use crate::machine::Machine;

fn machine() -> Machine {
    let machine = Machine::new();
    machine.docker();
    machine.toolchains();
    machine
}

/// A curl for which this host answers with a status.
fn curl(machine: &Machine, cases: &str) {
    machine.stub("curl", &format!("for url; do :; done\ncase $url in\n{cases}\n*) exit 28 ;;\nesac"));
}

#[test]
fn auto_takes_pull_if_the_registries_answer() {
    let machine = machine();
    curl(&machine, "*//registry.k8s.io/v2/) echo 200 ;;\n*//registry-1.docker.io/v2/) echo 401 ;;");
    machine.host(&[]).assert(0, &["ready for the supply pull"]);
    curl(&machine, "*//registry.k8s.io/v2/) echo 200 ;;\n*//registry-1.docker.io/v2/) echo 403 ;;");
    machine.host(&[]).assert(0, &["the container registries do not answer", "ready for the supply build"]);
    curl(&machine, "");
    machine.host(&["--supply", "auto"]).assert(0, &["ready for the supply build"]);
}

#[test]
fn auto_asks_the_mirrors_that_the_project_names() {
    let machine = machine();
    let file = std::fs::read_to_string(machine.project().join("infra/versions.toml")).unwrap();
    let mirrors =
        "[mirrors]\n\"docker.io\" = \"mirror.example/hub\"\n\"registry.k8s.io\" = \"mirror.example\"\n";
    machine.write(
        "project/infra/versions.toml",
        &format!("{}\n{mirrors}", file.replace("[mirrors]", "[other]")),
    );
    curl(&machine, "https://mirror.example/v2/ | https://mirror.example/hub/v2/) echo 200 ;;");
    machine.host(&[]).assert(0, &["ready for the supply pull"]);
}

#[test]
fn auto_keeps_the_supply_of_the_newest_earlier_run() {
    let machine = machine();
    curl(&machine, "*) echo 200 ;;");
    machine.write("cache/supply/build/lock.json", "{}");
    machine.host(&[]).assert(0, &["ready for the supply build"]);
    machine.write("cache/supply/pull/lock.json", "{}");
    let old = FileTimes::new().set_modified(SystemTime::now() - Duration::from_mins(9));
    File::options()
        .write(true)
        .open(machine.at("cache/supply/build/lock.json"))
        .unwrap()
        .set_times(old)
        .unwrap();
    machine.host(&[]).assert(0, &["ready for the supply pull"]);
}

#[test]
fn dev_checks_the_supply_that_it_is_asked_for() {
    let mut machine = machine();
    std::fs::remove_file(machine.at("bin/go")).unwrap();
    for arguments in [&["--supply", "build"][..], &["--watch", "--supply=build"]] {
        machine.run("scripts/dev", arguments).assert(20, &["go not found", "supply build"]);
    }
    machine.set("SEASENSE_SUPPLY", "build");
    machine.run("scripts/dev", &[]).assert(20, &["go not found"]);
}
