//! A hermetic directory in which the program runs, with its own home, caches, `PATH` and project.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// The result of a command.
#[must_use]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A minimal project in a temporary directory.
pub struct Harness {
    root: tempfile::TempDir,
}

impl Harness {
    pub fn new() -> Self {
        let harness = Self { root: tempfile::tempdir().unwrap() };
        for folder in ["project/envs", "project/gitops", "home", "bin"] {
            fs::create_dir_all(harness.root.path().join(folder)).unwrap();
        }
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::copy(checkout.join("envs/local.toml"), harness.project().join("envs/local.toml")).unwrap();
        // What says which images exist. Tests write their own `infra/scaleway`.
        fs::create_dir(harness.project().join("infra")).unwrap();
        for file in
            ["infra/images", "infra/images.toml", "infra/manifests", "infra/pins.toml", "infra/versions.toml"]
        {
            std::os::unix::fs::symlink(checkout.join(file), harness.project().join(file)).unwrap();
        }
        let tree = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";
        fs::write(harness.project().join("gitops/kustomization.yaml"), tree).unwrap();
        fs::write(harness.project().join("envs/local.agekey"), "a key\n").unwrap();
        harness
    }

    pub fn project(&self) -> PathBuf {
        self.root.path().join("project")
    }

    /// Returns the name that the environment `local` of this project has on this machine.
    pub fn instance(&self) -> String {
        let project = seasense::config::Project::find(&self.project()).unwrap();
        seasense::config::Environment::named(&project, "local").unwrap().instance().to_owned()
    }

    /// Replaces text of the environment file.
    pub fn with_environment(self, from: &str, to: &str) -> Self {
        let path = self.project().join("envs/local.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "envs/local.toml does not contain {from:?}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
        self
    }

    /// The directory that contains the project, the home and the fake programs.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// Puts a program into the cache that builds the tree of this project, which has no phases.
    pub fn fake_flux_build(&self) {
        let project = seasense::config::Project::find(&self.project()).unwrap();
        let cache = self.root().join("home/.cache/seasense");
        let dirs = seasense::config::HostDirs::new(&cache, &cache);
        let program = seasense::images::program_path(&project, &dirs, "flux-build").unwrap();
        let build = r#"{"name": "platform", "objects": [], "files": [], "probed": [], "listed": []}"#;
        let text = format!("cat > /dev/null\necho '{{\"builds\": [{build}]}}'\n");
        self.script(program.strip_prefix(self.root()).unwrap().to_str().unwrap(), &text);
    }

    /// Writes an executable shell script to `file` below the root; `bin` is on `PATH`.
    pub fn script(&self, file: &str, text: &str) {
        let path = self.root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{text}")).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }

    /// The socket of the container daemon. Nothing listens there unless the test starts a fake.
    pub fn socket(&self) -> PathBuf {
        self.root.path().join("no.sock")
    }

    fn command(&self, args: &[&str], socket: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seasense"));
        command
            .args(args)
            .current_dir(self.project())
            .env_clear()
            .env("HOME", self.root.path().join("home"))
            .env("PATH", self.root.path().join("bin"))
            .env("JAVA_HOME", self.root.path().join("java"))
            .env("DOCKER_HOST", format!("unix://{}", socket.display()))
            .stdin(Stdio::null());
        command
    }

    /// Runs `seasense ARGS` in the project.
    pub fn run(&self, args: &[&str]) -> Run {
        self.run_with(args, &self.socket())
    }

    /// Runs `seasense ARGS` in the project, with the container daemon at `socket`.
    pub fn run_with(&self, args: &[&str], socket: &Path) -> Run {
        self.run_with_variables(args, socket, &[])
    }

    /// Like [`Self::run_with`], with additional environment variables.
    pub fn run_with_variables(&self, args: &[&str], socket: &Path, variables: &[(&str, &str)]) -> Run {
        finish(self.command(args, socket).envs(variables.iter().copied()), self.root())
    }

    /// Runs `seasense ARGS` in a directory, with the container daemon at `docker.sock` of the root.
    pub fn run_in(&self, folder: &Path, args: &[&str]) -> Run {
        let mut command = self.command(args, &self.root.path().join("docker.sock"));
        finish(command.current_dir(folder), self.root())
    }

    /// The state directory of the cluster called `name`.
    pub fn state(&self, name: &str) -> PathBuf {
        self.root.path().join("home/.local/state/seasense").join(name)
    }

    /// The lock file of the cluster called `name`.
    pub fn lock(&self, name: &str) -> PathBuf {
        self.root.path().join("home/.cache/seasense/locks").join(format!("{name}.lock"))
    }

    /// Starts `seasense ARGS` in the project.
    pub fn start(&self, args: &[&str]) -> Child {
        let mut command = self.command(args, &self.socket());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Returns the files outside of the project, which a run has created.
    pub fn files_outside_project(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.root.path().join("home"), self.root.path().join("bin")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { found.push(path) }
            }
        }
        found
    }
}

fn finish(command: &mut Command, root: &Path) -> Run {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(&*root.to_string_lossy(), "[ROOT]");
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}
