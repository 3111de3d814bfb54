//! What the supply `build` and the tests ask for, and how a missing program is named on each system.

use std::fs;

use crate::machine::Machine;

/// An empty machine with an engine and this package manager.
fn empty(manager: &str) -> Machine {
    let machine = Machine::new();
    machine.docker();
    machine.recorders(&[manager]);
    machine
}

#[test]
fn every_problem_is_listed_at_once_with_its_cure() {
    for (manager, texts) in [
        (
            "apt-get",
            ["sudo apt-get install -y gcc libc6-dev", "install -y debian-archive-keyring", "install -y jq"],
        ),
        (
            "dnf",
            ["sudo dnf install -y gcc glibc-devel", "install -y debian-keyring", "install -y mmdebstrap"],
        ),
        ("pacman", ["sudo pacman -S --needed gcc", "--needed debian-archive-keyring", "--needed nodejs npm"]),
    ] {
        let machine = empty(manager);
        fs::remove_file(machine.at("bin/git")).unwrap();
        let ended = machine.host(&["--supply", "build"]);
        ended.assert(20, &["git not found", "cargo not found (Rust 1.", "https://rustup.rs", "go not found"]);
        ended.assert(20, &["npm not found", "mmdebstrap not found", "problems: 8"]);
        ended.assert(20, &texts);
        assert_eq!(ended.problems(), 8, "{}", ended.stderr);
        assert_eq!(machine.calls(), "", "{manager}");
    }
}

#[test]
fn test_programs_are_asked_for_by_tests_alone() {
    let machine = empty("dnf");
    machine.toolchains();
    machine.host(&["--supply", "build"]).assert(0, &["nothing to do"]);
    let ended = machine.host(&["--tests"]);
    ended
        .assert(20, &["install -y nss-tools", "install -y ShellCheck", "install -y chromium", "problems: 7"]);
    assert_eq!(ended.problems(), 7);
}

#[test]
fn build_is_refused_on_macos() {
    let machine = Machine::new();
    machine.mac();
    machine.docker();
    machine.toolchains();
    let ended = machine.host(&["--supply", "build"]);
    ended.assert(20, &["the supply build needs Debian or Ubuntu", "use --supply pull"]);
    assert_eq!(ended.problems(), 1);
    machine.host(&["--supply", "pull"]).assert(0, &["nothing to do"]);
}

#[test]
fn root_on_debian_installs_all_packages_in_one_call() {
    let machine = empty("apt-get");
    machine.root();
    machine.toolchains();
    for program in ["cc", "jq", "mmdebstrap"] {
        fs::remove_file(machine.at("bin").join(program)).unwrap();
    }
    let check = machine.host(&["--check", "--supply", "build"]);
    check.assert(1, &["installing Debian packages: gcc libc6-dev jq mmdebstrap\n"]);
    assert_eq!(machine.calls(), "");
    machine.host(&["--supply", "build"]).assert(0, &["ready for the supply build"]);
    let install = "apt-get install -y -qq --no-install-recommends gcc libc6-dev jq mmdebstrap\n";
    assert_eq!(machine.calls(), format!("apt-get update -qq\n{install}"));
}

#[test]
fn nothing_is_installed_while_a_problem_is_left() {
    let machine = empty("apt-get");
    machine.root();
    // Rust is not installed by the script, so it stays a problem.
    let ended = machine.host(&["--supply", "build"]);
    ended.assert(20, &["cargo not found", "go not found", "npm not found"]);
    assert_eq!(machine.calls(), "");
}

#[test]
fn failed_installation_ends_the_run() {
    let machine = empty("apt-get");
    machine.root();
    machine.toolchains();
    fs::remove_file(machine.at("bin/jq")).unwrap();
    machine.stub("apt-get", "echo 'E: Unable to locate package' >&2; exit 100");
    let ended = machine.host(&["--supply", "build"]);
    ended.assert(100, &["E: Unable to locate package"]);
    assert!(!ended.stderr.contains("ready"), "{}", ended.stderr);
}
