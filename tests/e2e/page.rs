//! Pages of the documentation, executed as written.

use std::{
    env::{join_paths, split_paths},
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::{blocks::Block, run::finish, test_env::TestEnv};

/// Lines that the test replaces: the environment runs already, and `PATH` names the program under test.
const REPLACED: [&str; 2] = ["./scripts/dev", "export PATH="];

/// Executes blocks of `page` in the project. Returns the output of all commands.
pub fn follow(env: &TestEnv, page: &str, blocks: &[Block]) -> String {
    let path = search_path(env);
    let mut output = String::new();
    for (index, block) in blocks.iter().enumerate() {
        let mut command = env.project_command(if block.language == "diff" { "git" } else { "bash" });
        if block.language == "diff" {
            let file = env.home().join("block.diff");
            fs::write(&file, &block.text).unwrap();
            command.arg("apply").arg(file);
        } else {
            assert_eq!(block.language, "sh", "{page}, block {}", index + 1);
            let kept = block.text.lines().filter(|line| !REPLACED.iter().any(|part| line.starts_with(part)));
            command.args(["-euo", "pipefail", "-c", &kept.collect::<Vec<_>>().join("\n")]);
        }
        let run = finish(command.env("SEASENSE_ENV", env.name()).env("PATH", &path));
        eprintln!("--- {page}, block {}:\n{}\n{}\n{}", index + 1, block.text, run.stdout, run.stderr);
        assert_eq!(run.code, Some(0), "{page}, block {}:\n{}", index + 1, run.stderr);
        output.push_str(&run.stdout);
    }
    output
}

/// `PATH` with the program under test, and with a `kubectl` if this machine has none.
fn search_path(env: &TestEnv) -> std::ffi::OsString {
    let program = Path::new(env!("CARGO_BIN_EXE_seasense")).parent().unwrap().to_owned();
    let inherited: Vec<PathBuf> = split_paths(&std::env::var_os("PATH").unwrap()).collect();
    let tools = env.home().join("bin");
    if !inherited.iter().any(|folder| folder.join("kubectl").is_file()) {
        let kubectl = tools.join("kubectl");
        let exec =
            format!("docker exec {} kubectl --kubeconfig /etc/kubernetes/admin.conf", env.control_plane());
        fs::create_dir_all(&tools).unwrap();
        fs::write(&kubectl, format!("#!/bin/sh\nexec {exec} \"$@\"\n")).unwrap();
        fs::set_permissions(&kubectl, fs::Permissions::from_mode(0o755)).unwrap();
    }
    join_paths([program, tools].into_iter().chain(inherited)).unwrap()
}
