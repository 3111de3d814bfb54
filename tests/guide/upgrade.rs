//! T2: `docs/operating/upgrade.md`, section *A part from a Go module*: all commands run in one shell with the
//! real Go. The version stays the current one, so that the test needs no release that may be missing.
//!
//! A script that records its arguments replaces `cargo`, because `cargo test` compiles.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use super::{Checkout, blocks::blocks, error_of, page};

const PAGE: &str = "docs/operating/upgrade.md";
/// The settings of Go that name its caches and its module proxy; the copy has another home.
const SETTINGS: [&str; 6] = ["GOMODCACHE", "GOCACHE", "GOPROXY", "GOSUMDB", "GONOSUMDB", "GOFLAGS"];

/// Returns `export` lines with the settings of this machine's Go.
fn go_settings() -> String {
    let value = |name: &str| {
        let output = Command::new("go").args(["env", name]).output().unwrap();
        assert!(output.status.success(), "go env {name}: {}", error_of(&output));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    SETTINGS.map(|name| format!("export {name}='{}'\n", value(name))).concat()
}

#[test]
#[ignore = "needs Go and its module proxy; reads the modules of the platform"]
fn upgrade_of_a_go_part_works_as_written() {
    let copy = Checkout::new();
    let tools = copy.home().join("bin");
    fs::create_dir(&tools).unwrap();
    fs::write(tools.join("cargo"), "#!/bin/sh\necho \"cargo $*\" >> \"$HOME/started\"\n").unwrap();
    fs::set_permissions(tools.join("cargo"), fs::Permissions::from_mode(0o755)).unwrap();

    let text = page(PAGE);
    let section =
        text.split("\n## ").find(|section| section.starts_with("A part from a Go module\n")).unwrap();
    let commands: Vec<String> = blocks(section).into_iter().map(|block| block.text).collect();
    let versions = fs::read_to_string(copy.project().join("infra/versions.toml")).unwrap();
    let versions: toml::Table = versions.parse().unwrap();
    let version = versions["parts"]["helm"]["version"].as_str().unwrap().to_owned();
    let script =
        format!("PATH=\"$HOME/bin:$PATH\"\n{}part=helm new={version}\n{}", go_settings(), commands.concat());
    let run = copy.run("bash", &["-euo", "pipefail", "-c", &script]);
    assert!(run.status.success(), "{PAGE}: {}", error_of(&run));
    let stdout = String::from_utf8_lossy(&run.stdout);
    assert!(
        stdout.starts_with(&format!("helm: {version} -> {version} in infra/images/go/platform\n")),
        "{stdout}"
    );
    let started = fs::read_to_string(copy.home().join("started")).unwrap();
    assert_eq!(started, "cargo test --lib config::infra\n");
    let module = fs::read_to_string(copy.project().join("infra/images/go/platform/go.mod")).unwrap();
    assert!(module.contains(&format!("helm.sh/helm/v3 v{version}")), "{module}");
}
