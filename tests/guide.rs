//! T1: the edits of the guide's pages apply to a copy of the checkout, and the edited manifests are valid.
//!
//! The ignored tests need Go or a compilation (T2). Commands that need Docker are not executed here:
//! `seasense dev`, `diff`, `snapshot`, `curl`, `kubectl` and `cargo`. `t55_first_change` of `tests/e2e`
//! executes `first-change.md` on a real cluster.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test panics on failure and starts programs as a user does"
)]

#[path = "guide/blocks.rs"]
mod blocks;
#[path = "e2e/checkout.rs"]
mod checkout;
#[path = "guide/compiled.rs"]
mod compiled;
#[path = "guide/rotation.rs"]
mod rotation;
#[path = "guide/upgrade.rs"]
mod upgrade;

use seasense::config::HostDirs;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use blocks::blocks;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// A committed copy of the checkout with its own home.
struct Checkout(tempfile::TempDir);

impl Checkout {
    fn new() -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        fs::create_dir(copy.home()).unwrap();
        checkout::copy_checkout(root(), &copy.project());
        checkout::commit_all(&copy.project(), "copy");
        copy
    }

    fn project(&self) -> PathBuf {
        self.0.path().join("project")
    }

    fn home(&self) -> PathBuf {
        self.0.path().join("home")
    }

    /// Checks the manifests with the caller's cache, which contains the program that builds them.
    fn assert_manifests_are_valid(&self, place: &str) {
        let cache = HostDirs::from_environment().unwrap().cache().to_owned();
        let run = self
            .command(env!("CARGO_BIN_EXE_seasense"), &["render", "--check"])
            .env("SEASENSE_CACHE", cache)
            .output()
            .unwrap();
        assert!(run.status.success(), "{place}: `seasense render --check`: {}", error_of(&run));
    }

    /// Runs a program in the project without the variables of the caller.
    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        self.command(program, arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"))
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.project())
            .env_clear()
            .env("HOME", self.home())
            .env("TMPDIR", self.0.path())
            .env("PATH", std::env::var_os("PATH").unwrap());
        command
    }

    fn assert_unchanged(&self, place: &str) {
        let run = self.run("git", &["status", "--porcelain"]);
        assert!(run.status.success(), "{place}: {}", error_of(&run));
        assert_eq!(String::from_utf8_lossy(&run.stdout), "", "{place}: the edits were not undone");
    }
}

fn error_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Applies every `diff` block of a page in order, calls `check` after each, and reverts the blocks.
fn assert_edits_apply(file: &str, check: fn(&Checkout, &str)) {
    let copy = Checkout::new();
    let mut applied = Vec::new();
    for block in blocks(&page(file)).into_iter().filter(|block| block.language == "diff") {
        let place = format!("{file}, diff block {}", applied.len() + 1);
        let diff = copy.0.path().join(format!("{}.diff", applied.len() + 1));
        fs::write(&diff, block.text).unwrap();
        let diff = diff.to_str().unwrap().to_owned();
        let run = copy.run("git", &["apply", &diff]);
        assert!(run.status.success(), "{place} does not apply: {}", error_of(&run));
        check(&copy, &place);
        applied.push((place, diff));
    }
    assert!(!applied.is_empty(), "{file} has no diff block");
    for (place, diff) in applied.iter().rev() {
        let run = copy.run("git", &["apply", "-R", diff]);
        assert!(run.status.success(), "{place} does not revert: {}", error_of(&run));
    }
    copy.assert_unchanged(file);
    check(&copy, file);
}

#[test]
#[ignore = "needs the program that builds manifests"]
fn manifests_are_valid_with_the_edits_of_the_pages() {
    for file in ["docs/guide/first-change.md", "docs/guide/add-a-field.md", "docs/guide/add-an-app.md"] {
        assert_edits_apply(file, Checkout::assert_manifests_are_valid);
    }
}

#[test]
fn edits_of_first_change_apply_and_revert() {
    assert_edits_apply("docs/guide/first-change.md", |_, _| ());
}

#[test]
fn edits_of_add_a_field_apply_and_revert() {
    assert_edits_apply("docs/guide/add-a-field.md", |_, _| ());
}

#[test]
fn edits_of_add_an_app_apply_and_revert() {
    assert_edits_apply("docs/guide/add-an-app.md", |_, _| ());
}

#[test]
fn every_page_with_diff_blocks_has_a_test() {
    let mut found = BTreeSet::new();
    for folder in ["docs", "docs/guide", "docs/operating"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let is_page = path.extension().is_some_and(|extension| extension == "md");
            if is_page && fs::read_to_string(&path).unwrap().contains("\n```diff\n") {
                found.insert(path.file_name().unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    let tested = ["add-a-field.md", "add-an-app.md", "first-change.md"];
    assert_eq!(found, tested.map(str::to_owned).into());
}

/// The e2e tests rely on this when an environment outlives its test process.
#[test]
fn second_copy_of_the_checkout_undoes_all_edits() {
    let copy = Checkout::new();
    let project = copy.project();
    fs::write(project.join("README.md"), "edited\n").unwrap();
    fs::remove_file(project.join("envs/local.toml")).unwrap();
    fs::write(project.join("envs/other.toml"), "name = \"other\"\n").unwrap();
    checkout::copy_checkout(root(), &project);
    copy.assert_unchanged("second copy");
}
