//! The Rust toolchain: too old, hidden by an older one, out of sudo's PATH.

use std::os::unix::fs::symlink;

use crate::machine::Machine;

/// A machine that must compile the launcher, with a cargo that prints this.
fn with_cargo(output: &str) -> Machine {
    let machine = Machine::new();
    machine.docker();
    machine.toolchains();
    machine.stub("cargo", &format!("{}\necho '{output}'", machine.recorder("cargo")));
    machine
}

#[test]
fn cargo_older_than_rust_version_is_refused() {
    for version in
        ["1.63.0", "1.85.0 (a28077b28 2024-12-21) (built from a source tarball)", "1.94.9", "0.99.0"]
    {
        let machine = with_cargo(&format!("cargo {version}"));
        for script in ["scripts/host", "scripts/dev"] {
            let ended = machine.run(script, &["--supply", "pull"]);
            let number = version.split(' ').next().unwrap();
            ended.assert(
                20,
                &[&format!("cargo is version {number}, but Cargo.toml needs Rust 1.95 or later")],
            );
            ended.assert(20, &["cure: curl", "https://sh.rustup.rs"]);
        }
        // Nothing was compiled.
        assert!(!machine.calls().contains("build"), "{}", machine.calls());
    }
}

#[test]
fn cargo_that_is_new_enough_is_accepted() {
    for version in ["1.95.0", "1.95.1-beta.2", "1.100.0", "1.99.0-nightly (0 2026-03-21)", "2.0.0"] {
        with_cargo(&format!("cargo {version}")).host(&["--supply", "pull"]).assert(0, &["nothing to do"]);
    }
}

#[test]
fn cargo_that_does_not_run_is_refused() {
    let machine = with_cargo("");
    machine.stub("cargo", "echo 'error while loading shared libraries' >&2; exit 127");
    machine.host(&["--supply", "pull"]).assert(20, &["cargo does not run", "https://sh.rustup.rs"]);
}

#[test]
fn rustup_behind_the_cargo_of_the_system_is_found() {
    let machine = with_cargo("cargo 1.63.0");
    let compile = format!("{}\necho 'cargo 1.95.0'", machine.recorder("new-cargo"));
    machine.stub_at("home/.cargo/bin/cargo", &compile);
    machine.host(&["--supply", "pull"]).assert(0, &["nothing to do"]);
    machine.run("scripts/lib/launcher", &["path"]).assert(0, &["compiling the launcher"]);
    assert!(
        machine.calls().contains("new-cargo build --release --locked --bin seasense"),
        "{}",
        machine.calls()
    );
    assert!(!machine.calls().contains("\ncargo build"), "{}", machine.calls());
}

#[test]
fn sudo_finds_the_rust_of_the_calling_user() {
    let mut machine = Machine::new();
    machine.docker();
    machine.toolchains();
    std::fs::remove_file(machine.at("bin/cargo")).unwrap();
    machine.host(&["--supply", "pull"]).assert(20, &["cargo not found"]);
    // As rustup installs it: cargo is rustup. It has no toolchain for root, so it must not be started.
    let noisy = format!("{}\nexit 1", machine.recorder("rustup"));
    machine.stub_at("caller/.cargo/bin/rustup", &noisy);
    symlink("rustup", machine.at("caller/.cargo/bin/cargo")).unwrap();
    std::fs::create_dir_all(machine.at("caller/.rustup")).unwrap();
    machine.root();
    let home = machine.at("caller");
    machine.stub(
        "getent",
        &format!("[[ $* == 'passwd dev' ]] && echo 'dev:x:1000:1000::{}:/bin/sh'", home.display()),
    );
    machine.host(&["--supply", "pull"]).assert(20, &["cargo not found"]);
    machine.set("SUDO_USER", "dev");
    machine.host(&["--supply", "pull"]).assert(0, &["nothing to do"]);
    assert_eq!(machine.calls(), "");
    // The compilation finds the toolchains of that user.
    machine.stub_at(
        "caller/.cargo/bin/rustup",
        &format!("echo \"$RUSTUP_HOME $*\" >>'{}'", machine.at("calls").display()),
    );
    machine.run("scripts/lib/launcher", &["path"]).assert(0, &[]);
    assert_eq!(
        machine.calls(),
        format!("{}/.rustup build --release --locked --bin seasense\n", home.display())
    );
}

#[test]
fn rustup_is_not_started_by_a_check() {
    let machine = with_cargo("cargo 1.95.0");
    // It would install the toolchain that the project names.
    machine.stub("rustup", &machine.recorder("rustup"));
    std::fs::remove_file(machine.at("bin/cargo")).unwrap();
    std::fs::hard_link(machine.at("bin/rustup"), machine.at("bin/cargo")).unwrap();
    machine.host(&["--check", "--supply", "pull"]).assert(0, &["nothing to do"]);
    assert_eq!(machine.calls(), "");
}
