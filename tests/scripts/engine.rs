//! The container engine: none, stopped, forbidden, hanging.

use crate::machine::Machine;

/// The machines of contributors, each with its package manager.
fn machines() -> Vec<(&'static str, Machine)> {
    let linux = |manager: &str| {
        let machine = Machine::new();
        machine.recorders(&[manager]);
        machine
    };
    let wsl = linux("apt-get");
    wsl.wsl();
    let mac = Machine::new();
    mac.mac();
    let mut all: Vec<_> =
        ["apt-get", "dnf", "pacman", "zypper", "apk"].map(|manager| (manager, linux(manager))).into();
    all.extend([("none", Machine::new()), ("wsl", wsl), ("mac", mac)]);
    for (_, machine) in &all {
        machine.toolchains();
    }
    all
}

#[test]
fn pull_without_engine_names_what_to_install_here() {
    for (name, machine) in machines() {
        let cure: &[&str] = match name {
            "apt-get" => &["sudo apt-get install -y docker.io", "usermod -aG docker dev"],
            "dnf" => &["sudo dnf install -y moby-engine"],
            "pacman" => &["sudo pacman -S --needed docker"],
            "zypper" => &["sudo zypper install docker"],
            "apk" => &["sudo apk add docker"],
            "wsl" => &["Docker Desktop on Windows", "WSL integration", "sudo apt-get install -y docker.io"],
            "mac" => &[
                "Docker Desktop",
                "brew install --cask orbstack",
                "brew install colima docker; colima start",
            ],
            _ => &["install docker with the package manager"],
        };
        let ended = machine.host(&["--supply", "pull"]);
        ended.assert(20, &["no container engine found (Docker or Podman)"]);
        ended.assert(20, cure);
        assert_eq!(ended.problems(), 1, "{name}");
        assert_eq!(machine.calls(), "", "{name}");
    }
}

#[test]
fn stopped_engine_names_how_to_start_it_here() {
    for (name, machine) in machines() {
        machine.stub("docker", "echo; echo 'Cannot connect to the Docker daemon at unix:///x' >&2; exit 1");
        let cure = match name {
            "wsl" => "WSL integration",
            "mac" => "open -a Docker",
            "apt-get" => {
                std::fs::create_dir_all(machine.at("root/run/systemd/system")).unwrap();
                "sudo systemctl enable --now docker"
            }
            _ => "sudo scripts/host",
        };
        let ended = machine.host(&["--supply", "pull"]);
        ended.assert(20, &["does not answer: Cannot connect to the Docker daemon at unix:///x", cure]);
        assert_eq!(ended.problems(), 1, "{name}");
    }
}

#[test]
fn refused_socket_names_the_docker_group() {
    let machine = Machine::new();
    machine.toolchains();
    machine.stub(
        "docker",
        "echo 'permission denied while trying to connect to the Docker daemon socket' >&2; exit 1",
    );
    let ended = machine.host(&["--supply", "pull"]);
    ended.assert(20, &["this user may not use Docker's socket", "sudo usermod -aG docker dev"]);
}

#[test]
fn engine_that_hangs_is_given_up() {
    let mut machine = Machine::new();
    machine.toolchains();
    machine.set("SEASENSE_ENGINE_TIMEOUT", &1);
    machine.stub("docker", "exec sleep 60");
    let begun = std::time::Instant::now();
    machine.host(&["--supply", "pull"]).assert(20, &["does not answer: no answer within 1 s"]);
    assert!(begun.elapsed().as_secs() < 45, "it waited for the engine");
}

#[test]
fn silent_address_in_docker_host_is_named() {
    let mut machine = Machine::new();
    machine.root();
    machine.recorders(&["apt-get", "dockerd", "systemctl"]);
    machine.toolchains();
    machine.set("DOCKER_HOST", "tcp://10.0.0.9:2375");
    machine.stub("docker", "exit 1");
    let ended = machine.host(&["--supply", "pull"]);
    ended
        .assert(20, &["no container engine answers at DOCKER_HOST=tcp://10.0.0.9:2375", "unset DOCKER_HOST"]);
    // Another daemon must not be started in its place.
    assert_eq!(machine.calls(), "");
}

#[test]
fn podman_without_socket_names_how_to_start_it() {
    let machine = Machine::new();
    machine.toolchains();
    machine.stub("podman", "echo false");
    // The same Podman, under the name of Docker.
    machine.stub("docker", "echo 'podman version 4.3.1'");
    let ended = machine.host(&["--supply", "pull"]);
    ended.assert(20, &["its socket does not exist", "systemctl --user enable --now podman.socket"]);
    machine.mac();
    machine.host(&["--supply", "pull"]).assert(20, &["podman machine start"]);
}

#[test]
fn podman_is_used_where_docker_does_not_answer() {
    let machine = Machine::new();
    machine.toolchains();
    machine.stub("docker", "exit 1");
    machine.stub("podman", "echo true");
    machine.host(&["--supply", "pull"]).assert(0, &["nothing to do"]);
}

#[test]
fn root_on_debian_installs_and_starts_the_engine() {
    let machine = Machine::new();
    machine.root();
    machine.toolchains();
    machine.recorders(&["apt-get"]);
    std::fs::create_dir_all(machine.at("root/run/systemd/system")).unwrap();
    // The daemon answers once systemd has started it.
    let started = format!(
        "{}\necho 'echo 28.0.0' >>'{}'",
        machine.recorder("systemctl"),
        machine.at("started").display()
    );
    machine.stub("systemctl", &started);
    let check = machine.host(&["--check", "--supply", "pull"]);
    check.assert(1, &["installing Debian packages: docker.io iptables", "starting dockerd"]);
    assert_eq!(machine.calls(), "");
    machine.stub(
        "apt-get",
        &format!(
            "{}\nprintf '#!/bin/bash\\n[[ -e {} ]]\\n' >'{}'\nchmod 755 '{}'",
            machine.recorder("apt-get"),
            machine.at("started").display(),
            machine.at("bin/docker").display(),
            machine.at("bin/docker").display(),
        ),
    );
    machine.host(&["--supply", "pull"]).assert(0, &["ready for the supply pull"]);
    let calls = machine.calls();
    assert!(calls.contains("apt-get install -y -qq --no-install-recommends docker.io iptables\n"), "{calls}");
    assert!(calls.ends_with("systemctl start docker\n"), "{calls}");
}
