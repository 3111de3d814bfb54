//! Git exports variables to hooks and aliases; no file that Git ignores gets into the tree because of them.

use std::{fs, path::Path, process::Command};

use super::harness::Harness;

/// A project with an ignored file that the check of the tree refuses, and Git on the `PATH`.
fn project() -> Harness {
    let harness = Harness::new();
    harness.fake_flux_build();
    std::os::unix::fs::symlink(which::which("git").unwrap(), harness.root().join("bin/git")).unwrap();
    fs::write(harness.project().join(".gitignore"), "gitops/plain.yaml\n").unwrap();
    add_ignored(&harness.project());
    harness
}

fn add_ignored(project: &Path) {
    fs::write(project.join("gitops/plain.yaml"), "kind: Secret\nstringData: {key: value\n").unwrap();
}

fn git(folder: &Path, args: &[&str]) {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
    let ended = Command::new("git").args(identity).args(args).current_dir(folder).output().unwrap();
    assert!(ended.status.success(), "{args:?}: {}", String::from_utf8_lossy(&ended.stderr));
}

/// Checks the tree of the checkout `folder` with these variables; the ignored file must not be found.
fn check(harness: &Harness, folder: &Path, variables: &[(&str, &str)]) {
    let text = folder.to_string_lossy();
    let args = ["--project", &*text, "render", "--check"];
    let run = harness.run_with_variables(&args, &harness.socket(), variables);
    assert_eq!(run.code, Some(0), "{variables:?}: {}", run.stderr);
}

#[test]
fn ignored_file_is_not_read_with_a_separate_git_directory() {
    let harness = project();
    let (project, repository) = (harness.project(), harness.root().join("repository"));
    let (directory, tree) = (repository.to_str().unwrap(), project.to_str().unwrap());
    git(&project, &["init", "-q", "--bare", directory]);
    check(&harness, &project, &[("GIT_DIR", directory), ("GIT_WORK_TREE", tree)]);
}

#[test]
fn ignored_file_of_a_linked_work_tree_is_not_read_in_a_hook() {
    let harness = project();
    let (main, linked) = (harness.project(), harness.root().join("linked"));
    git(&main, &["init", "-q", "-b", "main"]);
    git(&main, &["add", "."]);
    git(&main, &["commit", "-qm", "x"]);
    git(&main, &["worktree", "add", "-q", "-b", "other", linked.to_str().unwrap()]);
    add_ignored(&linked);
    let directory = main.join(".git/worktrees/linked");
    let (directory, common) = (directory.to_str().unwrap(), main.join(".git"));
    let empty = harness.root().join("empty");
    fs::create_dir(&empty).unwrap();
    let (common, empty) = (common.to_str().unwrap(), empty.to_str().unwrap());
    let redirected = [
        vec![("GIT_DIR", directory)],
        vec![("GIT_DIR", directory), ("GIT_INDEX_FILE", "/nowhere"), ("GIT_PREFIX", "gitops/")],
        vec![("GIT_DIR", common), ("GIT_WORK_TREE", empty)],
        vec![("GIT_COMMON_DIR", empty)],
        vec![("GIT_OBJECT_DIRECTORY", empty)],
        vec![("GIT_CEILING_DIRECTORIES", harness.root().to_str().unwrap())],
        vec![("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "core.worktree"), ("GIT_CONFIG_VALUE_0", empty)],
        vec![("GIT_CONFIG_PARAMETERS", "'core.bare'='true'")],
    ];
    for variables in redirected {
        check(&harness, &linked, &variables);
        check(&harness, &main, &variables);
    }
}
