//! `scripts/host` on each kind of machine.

use crate::machine::Machine;

/// A machine on which the launcher need not be compiled.
fn ready(make: impl Fn(&Machine)) -> Machine {
    let machine = Machine::new();
    machine.stub("curl", "exit 7");
    make(&machine);
    release(&machine);
    machine
}

/// Adds an entry for the machine's platform, as a release would.
pub fn release(machine: &Machine) {
    let platform = machine.run("scripts/lib/launcher", &["platform"]);
    machine.write("binary", "#!/bin/sh\n");
    let binary = machine.at("binary");
    let arguments = ["entry", platform.stdout.trim(), binary.to_str().unwrap(), "v1.0.0/seasense"];
    let entry = machine.run("scripts/lib/launcher", &arguments);
    entry.assert(0, &[]);
    machine.write("project/infra/launcher.sha256", &entry.stdout);
}

/// Makes a machine of another kind.
type Change = fn(&Machine);

const RECORDED: [&str; 6] = ["apt-get", "brew", "systemctl", "dockerd", "setsid", "sudo"];

#[test]
fn pull_asks_for_git_and_an_engine_only() {
    let systems: [(&str, Change); 4] = [
        ("Linux", |_| ()),
        ("WSL", Machine::wsl),
        ("macOS", Machine::mac),
        ("arm64", |machine| machine.system("Linux", "aarch64")),
    ];
    let engines: [Change; 2] = [Machine::docker, |machine| machine.stub("podman", "echo true")];
    for (name, system) in systems {
        for engine in engines {
            let machine = ready(system);
            engine(&machine);
            machine.recorders(&RECORDED);
            let ended = machine.host(&["--supply", "pull"]);
            ended.assert(0, &["ready for the supply pull; nothing to do"]);
            assert_eq!(machine.calls(), "", "{name}");
        }
    }
}

#[test]
fn unsupported_machines_are_refused_with_a_cure() {
    let wsl1: Change = |machine| machine.write("root/proc/sys/kernel/osrelease", "4.4.0-19041-Microsoft\n");
    let cases: [(Change, [&str; 2]); 4] = [
        (wsl1, ["this is WSL 1", "wsl --set-version DISTRIBUTION 2"]),
        (
            |machine| machine.system("MINGW64_NT-10.0-26100", "x86_64"),
            ["runs on Windows itself", "wsl --install"],
        ),
        (|machine| machine.system("FreeBSD", "amd64"), ["the system FreeBSD is not supported", "WSL 2"]),
        (
            |machine| machine.system("Linux", "riscv64"),
            ["the architecture riscv64 is not supported", "arm64"],
        ),
    ];
    for (make, texts) in cases {
        let machine = Machine::new();
        machine.docker();
        machine.toolchains();
        make(&machine);
        let ended = machine.host(&["--supply", "pull"]);
        ended.assert(20, &texts);
        assert_eq!(ended.problems(), 1, "{}", ended.stderr);
    }
}

#[test]
fn git_stub_of_macos_is_not_taken_for_git() {
    let machine = ready(|machine| {
        machine.mac();
        machine.docker();
    });
    machine.stub("xcode-select", "exit 2");
    // The real folder, in which macOS keeps its stub.
    let path = format!("{}:/usr/bin", machine.at("bin").display());
    std::fs::remove_file(machine.at("bin/git")).unwrap();
    let ended: crate::machine::Ended =
        machine.command("scripts/host").args(["--supply", "pull"]).env("PATH", path).output().unwrap().into();
    ended.assert(20, &["git not found", "cure: xcode-select --install"]);
}

#[test]
fn low_kernel_limits_are_a_note_without_root() {
    let machine = ready(Machine::docker);
    machine.write("root/proc/sys/fs/inotify/max_user_instances", "128\n");
    let ended = machine.host(&["--supply", "pull"]);
    ended.assert(0, &["max_user_instances is 128; kind recommends 512", "sudo sysctl -w", "nothing to do"]);
    machine.root();
    machine
        .host(&["--check", "--supply", "pull"])
        .assert(1, &["raising fs.inotify.max_user_instances from 128 to 512"]);
    let file = machine.at("root/proc/sys/fs/inotify/max_user_instances");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "128\n");
    machine.host(&["--supply", "pull"]).assert(0, &["ready for the supply pull"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "512\n");
}

#[test]
fn wrong_call_exits_with_2() {
    let machine = Machine::new();
    for arguments in [&["--chekc"][..], &["--supply", "fetch"], &["--supply"], &["--supply="]] {
        machine.host(arguments).assert(2, &["usage: scripts/host"]);
    }
}
