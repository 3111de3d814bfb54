//! The OCI runtime for hosts that cannot grant every capability: registered where /proc says so, and only there.

use std::{fs, os::unix::process::ExitStatusExt, process::Command};

use crate::machine::{ALL_CAPABILITIES, Machine, status, which};

/// Without `CAP_SYS_RESOURCE`, number 24.
const WITHOUT_RESOURCE: &str = "000001fffeffffff";

/// A machine whose dockerd has this bounding set.
fn dockerd(capabilities: &str) -> Machine {
    let machine = Machine::new();
    machine.docker();
    machine.toolchains();
    machine.write("root/var/run/docker.pid", "4242");
    machine.write("root/proc/4242/comm", "dockerd\n");
    machine.write("root/proc/4242/status", &status(capabilities));
    machine
}

#[test]
fn shim_is_required_only_where_dockerd_lacks_one() {
    dockerd(ALL_CAPABILITIES).host(&["--supply", "pull"]).assert(0, &["nothing to do"]);
    let lacking = dockerd(WITHOUT_RESOURCE);
    let ended = lacking.host(&["--supply", "pull"]);
    ended.assert(20, &["dockerd lacks CAP_SYS_RESOURCE, which", "cure: sudo scripts/host"]);
    assert_eq!(ended.problems(), 1);
    lacking.root();
    lacking
        .host(&["--check", "--supply", "pull"])
        .assert(1, &["this host lacks CAP_SYS_RESOURCE: registering"]);
    assert!(!lacking.at("root/etc").exists(), "a check must not write");
}

#[test]
fn daemon_that_root_does_not_run_here_needs_no_shim() {
    // Docker Desktop, a remote daemon, or the socket of the host in a container: its process is not here.
    let mut machine = dockerd(WITHOUT_RESOURCE);
    for (host, code) in [
        ("unix:///run/user/1000/docker.sock", 0),
        ("tcp://10.0.0.9:2376", 0),
        ("unix:///var/run/docker.sock", 20),
    ] {
        machine.set("DOCKER_HOST", host);
        assert_eq!(machine.host(&["--supply", "pull"]).code, code, "{host}");
        // The same, named by the current context.
        machine.set("DOCKER_HOST", "");
        machine.stub("docker", &format!("[[ $1 != context ]] || echo {host}"));
        assert_eq!(machine.host(&["--supply", "pull"]).code, code, "{host}");
    }
    fs::remove_file(machine.at("root/var/run/docker.pid")).unwrap();
    machine.write("root/proc/self/status", &status(WITHOUT_RESOURCE));
    machine.host(&["--supply", "pull"]).assert(0, &["nothing to do"]);
    // A remaining file whose process is another program by now.
    machine.write("root/var/run/docker.pid", "4242");
    machine.write("root/proc/4242/comm", "sshd\n");
    machine.host(&["--supply", "pull"]).assert(0, &["nothing to do"]);
}

#[test]
fn old_kernel_lacks_no_capability_that_it_does_not_know() {
    // Linux 5.4 ends at number 37.
    let machine = dockerd("0000003fffffffff");
    machine.write("root/proc/sys/kernel/cap_last_cap", "37\n");
    machine.host(&["--supply", "pull"]).assert(0, &["nothing to do"]);
    machine.write("root/proc/4242/status", &status("0000003ffeffffff"));
    machine.host(&["--supply", "pull"]).assert(20, &["dockerd lacks CAP_SYS_RESOURCE, which"]);
}

#[test]
fn shim_is_registered_once_and_keeps_other_settings() {
    if which("jq").is_none() {
        eprintln!("skipped: jq is missing; `scripts/host --supply build` installs it");
        return;
    }
    let machine = dockerd(WITHOUT_RESOURCE);
    machine.root();
    machine.link("jq");
    machine.write("root/etc/docker/daemon.json", "{\"log-level\": \"warn\"}\n");
    // The process that is asked to read its settings again; the builtin would not find it.
    let mut sleep = Command::new("sleep").arg("20").spawn().unwrap();
    let pid = sleep.id().to_string();
    machine.write("root/var/run/docker.pid", &pid);
    machine.write(&format!("root/proc/{pid}/comm"), "dockerd\n");
    machine.write(&format!("root/proc/{pid}/status"), &status(WITHOUT_RESOURCE));
    machine
        .host(&["--supply", "pull"])
        .assert(0, &["registering the OCI runtime", "reloading the configuration"]);
    assert_eq!(sleep.wait().unwrap().signal(), Some(1), "SIGHUP");
    let config = fs::read_to_string(machine.at("root/etc/docker/daemon.json")).unwrap();
    assert!(config.contains("\"log-level\": \"warn\""), "{config}");
    assert!(config.contains("\"default-runtime\": \"runc-without-missing-caps\""), "{config}");
    machine.host(&["--supply", "pull"]).assert(0, &["nothing to do"]);
}

#[test]
fn missing_capabilities_are_those_of_this_kernel() {
    let shim = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/lib/runc-without-missing-caps");
    let output = Command::new(shim).arg("--missing-capabilities").output().unwrap();
    assert!(output.status.success());
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let granted = status.lines().find_map(|line| line.strip_prefix("CapBnd:")).unwrap().trim();
    let granted = u64::from_str_radix(granted, 16).unwrap();
    let last: u32 = fs::read_to_string("/proc/sys/kernel/cap_last_cap").unwrap().trim().parse().unwrap();
    let missing = (0..=last.min(40)).filter(|bit| granted >> bit & 1 == 0).count();
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), missing, "CapBnd {granted:x}");
}
