//! A checkout with its infrastructure, a private place for its state, and the program, which takes the fake for Scaleway.

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

/// How a command ended.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// Ends the test unless it ended well.
    pub fn well(self) -> Self {
        assert_eq!(self.code, Some(0), "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// What it wrote, as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }
}

/// OpenTofu and the provider, built once into the cache of the person who runs the tests, while the network is still theirs.
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

/// The passphrase of the states.
pub const PASSPHRASE: &str = "a passphrase for tests and nothing else";

/// The bucket of the state of the environment `staging`.
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

    /// The same, with some variables of the environment `staging` changed.
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

    /// Runs `seasense infra ARGS`; whatever it writes, no secret is in it.
    #[must_use]
    pub fn infra(&self, args: &[&str]) -> Run {
        let output = self.command(args).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let run =
            Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
        let keys = self.fake.account();
        for secret in [keys.secret_key.as_str(), keys.access_key.as_str(), TOKEN, PASSPHRASE, zone::TOKEN] {
            let told = run.stdout.contains(secret) || run.stderr.contains(secret);
            assert!(!told, "a secret was told:\n{}\n{}", run.stdout, run.stderr);
        }
        assert_eq!(self.fake.strangers(), Vec::<String>::new(), "somebody else was asked");
        run
    }

    /// `seasense infra ARGS`, with the cache of the person who runs the tests: what is built there once serves.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seasense"));
        command
            .arg("infra")
            .args(args)
            .current_dir(self.project())
            .envs(self.fake.environment())
            // What is installed here must not matter.
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

    /// The folder in which OpenTofu works, once a command has run.
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
