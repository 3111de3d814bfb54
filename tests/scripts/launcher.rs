//! The content key of the launcher's sources, and the table of released binaries.

use crate::{
    machine::{Ended, Machine},
    systems::release,
};

fn run(machine: &Machine, arguments: &[&str]) -> Ended {
    machine.run("scripts/lib/launcher", arguments)
}

/// A machine whose checkout names a release of its sources.
fn released() -> Machine {
    let machine = Machine::new();
    machine.recorders(&["curl"]);
    release(&machine);
    assert_eq!(run(&machine, &["source"]).stdout, "released\n");
    machine
}

#[test]
fn launcher_without_a_release_is_compiled() {
    let machine = Machine::new();
    machine.recorders(&["curl", "cc"]);
    machine.stub("cargo", "echo 'cargo 1.95.0'");
    assert_eq!(run(&machine, &["source"]).stdout, "compiled\n");
    run(&machine, &["path"]).assert(0, &["infra/launcher.sha256 names no release of these sources"]);
    std::fs::remove_file(machine.project().join("infra/launcher.sha256")).unwrap();
    run(&machine, &["path"]).assert(0, &["names no release of these sources"]);
    assert_eq!(machine.calls(), "", "nothing may be fetched");
}

#[test]
fn changed_sources_of_the_launcher_are_compiled() {
    let change = |file: &str, text: &str| {
        let machine = released();
        machine.write(&format!("project/{file}"), text);
        run(&machine, &["source"]).stdout
    };
    for file in [
        "src/main.rs",
        "src/new.rs",
        "src/cli/new.rs",
        "Cargo.toml",
        "Cargo.lock",
        "rust-toolchain.toml",
        "build.rs",
        ".cargo/config.toml",
    ] {
        assert_eq!(change(file, "// changed\n"), "compiled\n", "{file}");
    }
    let machine = released();
    std::fs::rename(machine.project().join("src/main.rs"), machine.project().join("src/lib.rs")).unwrap();
    assert_eq!(run(&machine, &["source"]).stdout, "compiled\n", "a renamed file");
}

#[test]
fn other_files_do_not_change_the_key() {
    let machine = released();
    for file in [
        "src/apps/backend.rs",
        "src/.DS_Store",
        "src/main.rs~",
        "src/#main.rs#",
        "gitops/a.yaml",
        "README.md",
        "envs/local.toml",
    ] {
        machine.write(&format!("project/{file}"), "changed\n");
    }
    assert_eq!(run(&machine, &["source"]).stdout, "released\n");
}

#[test]
fn key_is_the_same_on_every_system() {
    let linux = Machine::new();
    linux.write("project/src/b/Upper.rs", "");
    linux.write("project/src/b/lower.rs", "");
    let key = run(&linux, &["key"]).stdout;
    assert_eq!(key.trim().len(), 64, "{key}");
    linux.mac();
    assert_eq!(run(&linux, &["key"]).stdout, key);
}

#[test]
fn release_of_another_platform_is_not_used() {
    for (kernel, cpu) in
        [("Linux", "aarch64"), ("Darwin", "x86_64"), ("FreeBSD", "amd64"), ("Linux", "riscv64")]
    {
        let machine = released();
        machine.system(kernel, cpu);
        assert_eq!(run(&machine, &["source"]).stdout, "compiled\n", "{kernel} {cpu}");
    }
}

#[test]
fn machine_without_a_downloader_compiles() {
    let machine = released();
    std::fs::remove_file(machine.at("bin/curl")).unwrap();
    assert_eq!(run(&machine, &["source"]).stdout, "compiled\n");
    machine.stub("cargo", "echo 'cargo 1.95.0'");
    run(&machine, &["path"]).assert(0, &["neither curl nor wget is installed"]);
}

#[test]
fn invalid_entry_is_refused_with_its_line() {
    let digest = "0".repeat(64);
    for line in [
        "v1.0.0 linux-amd64".to_owned(),
        format!("{digest} linux-amd64 {digest}"),
        format!("{digest} linux-amd64 {digest} v1/seasense extra"),
        format!("{digest} linux-amd64 sha256:{digest} v1/seasense"),
        format!("{} linux-amd64 {digest} v1/seasense", &digest[1..]),
        format!("{digest} linux-amd64 {digest} ../../evil"),
        format!("{digest} linux-amd64 {digest} https://evil.example/seasense"),
    ] {
        let machine = released();
        machine.docker();
        machine.write("project/infra/launcher.sha256", &format!("# releases\n{line}"));
        for arguments in [["path"], ["source"]] {
            run(&machine, &arguments)
                .assert(10, &[&format!("infra/launcher.sha256:2: not an entry: {line}")]);
        }
        machine.host(&["--supply", "pull"]).assert(10, &["infra/launcher.sha256:2"]);
        machine.run("scripts/dev", &["--supply", "pull"]).assert(10, &["infra/launcher.sha256:2"]);
    }
}

#[test]
fn table_of_this_project_is_valid() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/lib/launcher");
    let output = std::process::Command::new(script).arg("source").output().unwrap();
    Ended::from(output).assert(0, &[]);
}

#[test]
fn wrong_call_of_launcher_exits_with_2() {
    let machine = Machine::new();
    for arguments in [&[][..], &["fetch"], &["entry", "linux-amd64"]] {
        run(&machine, arguments).assert(2, &["usage: scripts/lib/launcher"]);
    }
}
