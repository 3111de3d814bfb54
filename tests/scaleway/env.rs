//! The test environment: a project with its infrastructure, a private state directory, and the program, which
//! uses the fake as Scaleway.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, OnceLock},
};

use seasense::{
    base::event::{Events, Silent},
    config::{HostDirs, Project},
    images::{self, Program},
};
use serde_json::Value;

use crate::fake::{Fake, TOKEN, zone};

/// The result of a command.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// Fails the test unless the command succeeded.
    pub fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// Its standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }
}

/// OpenTofu and the provider, built once into the user's cache before the environment is isolated.
pub fn programs() -> &'static BTreeMap<String, Program> {
    static PROGRAMS: OnceLock<BTreeMap<String, Program>> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let project = Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let dirs = HostDirs::from_environment().unwrap();
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let events: Events = Arc::new(Silent);
        let names = ["tofu", "terraform-provider-scaleway"];
        runtime.block_on(images::programs((&project, &dirs), (&events, cores), &names)).unwrap()
    })
}

/// The passphrase of the state's encryption.
pub const PASSPHRASE: &str = "a passphrase for tests and nothing else";

/// The state bucket of the environment `staging`.
pub const STATE: &str = "seasense-staging-state-11111111";

pub struct TestEnv {
    pub fake: Fake,
    root: tempfile::TempDir,
}

impl TestEnv {
    pub fn new() -> Self {
        programs();
        let root = tempfile::tempdir().unwrap();
        let project = root.path().join("project");
        for folder in ["project/envs", "project/gitops", "no-programs"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("infra"), &project.join("infra"));
        Self { fake: Fake::start(), root }
    }

    /// An environment with some changed variables of `staging`.
    pub fn with(variables: &Value) -> Self {
        let env = Self::new();
        let file = env.project().join("infra/scaleway/envs/staging.tfvars.json");
        let mut all: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        for (name, value) in variables.as_object().unwrap() {
            all[name] = value.clone();
        }
        fs::write(file, all.to_string()).unwrap();
        env
    }

    pub fn project(&self) -> PathBuf {
        self.root.path().join("project")
    }

    pub fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    /// Runs `seasense infra ARGS` and asserts that its output has no secret.
    #[must_use]
    pub fn infra(&self, args: &[&str]) -> Run {
        let output = self.command(args).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let run =
            Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
        let keys = self.fake.account();
        for secret in [keys.secret_key.as_str(), keys.access_key.as_str(), TOKEN, PASSPHRASE, zone::TOKEN] {
            let leaked = run.stdout.contains(secret) || run.stderr.contains(secret);
            assert!(!leaked, "a secret was printed:\n{}\n{}", run.stdout, run.stderr);
        }
        assert_eq!(self.fake.foreign_hosts(), Vec::<String>::new(), "an unexpected host was requested");
        run
    }

    /// `seasense infra ARGS` with the user's cache, which has the built programs.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seasense"));
        command
            .arg("infra")
            .args(args)
            .current_dir(self.project())
            .envs(self.fake.environment())
            // Installed programs must not be used.
            .env("PATH", self.root.path().join("no-programs"))
            .env("SEASENSE_STATE", self.state())
            .env("SEASENSE_STATE_PASSPHRASE", PASSPHRASE)
            .env("SEASENSE_OUTPUT", "plain")
            .env_remove("SEASENSE_ENV")
            .env_remove("SEASENSE_PROJECT")
            .env_remove("SEASENSE_AGE_KEY_FILE")
            .stdin(Stdio::null());
        command
    }

    /// The working directory of OpenTofu after a command has run.
    pub fn modules(&self) -> PathBuf {
        self.state().join("infra.d/staging/environment/modules")
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else {
            fs::copy(source, target).unwrap();
        }
    }
}
