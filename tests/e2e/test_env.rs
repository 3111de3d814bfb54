//! A copy of the checkout with its own environment, and the functions that run `seasense` there.

use std::{
    fs,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    checkout::{commit_all, copy_checkout},
    run::{Run, finish},
    user::User,
};

/// The public port of the shared environment.
pub const PORT: u16 = 18443;
/// The public host name.
pub const HOST: &str = "seasense.localhost";

/// One environment with its project, home and state directory.
pub struct TestEnv {
    root: PathBuf,
    /// Removes the root of an environment that is not shared.
    _temporary: Option<tempfile::TempDir>,
    name: &'static str,
    port: u16,
    user: User,
}

impl TestEnv {
    /// The environment that most tests share, in `root`. An existing project becomes a copy of the checkout
    /// again.
    pub fn shared(root: &Path) -> Self {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(root).unwrap();
        let owner = fs::metadata(root).unwrap().uid();
        assert_eq!(owner, rustix::process::getuid().as_raw(), "{} has another owner", root.display());
        Self::create(root.to_owned(), None, "e2e", PORT, &[])
    }

    /// A separate environment in a temporary directory; see [`Self::create`].
    pub fn separate(name: &'static str, port: u16, edits: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        Self::create(root.path().to_owned(), Some(root), name, port, edits)
    }

    /// Copies the checkout, uncommitted files included, and adds an environment with its own port. Its file is
    /// that of `local` with `edits`.
    fn create(
        root: PathBuf,
        temporary: Option<tempfile::TempDir>,
        name: &'static str,
        port: u16,
        edits: &[(&str, &str)],
    ) -> Self {
        let user = User::new(&root.join("home"));
        let env = Self { root, _temporary: temporary, name, port, user };
        let project = env.project();
        copy_checkout(Path::new(env!("CARGO_MANIFEST_DIR")), &project);
        let local = fs::read_to_string(project.join("envs/local.toml")).unwrap();
        let mut file = local
            .replace("name = \"local\"", &format!("name = \"{name}\""))
            .replace("https = 8443", &format!("https = {port}"));
        for (from, to) in edits {
            assert!(file.contains(from), "envs/local.toml does not contain {from:?}");
            file = file.replace(from, to);
        }
        fs::write(project.join(format!("envs/{name}.toml")), file).unwrap();
        let key = project.join("envs/local.agekey");
        fs::copy(key, project.join(format!("envs/{name}.agekey"))).unwrap();
        copy_folder(&project.join("gitops/secrets/local"), &project.join("gitops/secrets").join(name));
        commit_all(&project, name);
        env
    }

    /// The name of the environment.
    pub fn name(&self) -> &str {
        self.name
    }

    /// The name of the kind cluster.
    pub fn cluster(&self) -> String {
        format!("seasense-{}", self.name)
    }

    /// The public port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The name of the control plane's container.
    pub fn control_plane(&self) -> String {
        format!("{}-control-plane", self.cluster())
    }

    /// The file with the certificate of the environment's CA.
    pub fn authority(&self) -> PathBuf {
        self.state().join(self.cluster()).join("ca.crt")
    }

    pub fn project(&self) -> PathBuf {
        self.root.join("project")
    }

    /// The home directory of the user.
    pub fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    pub fn state(&self) -> PathBuf {
        self.root.join("state")
    }

    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.stdin(Stdio::null()).env_remove("KUBECONFIG");
        // A developer's shell may set them; `scripts/test` removes them.
        for variable in ["SEASENSE_ENV", "SEASENSE_PROJECT", "SEASENSE_OUTPUT"] {
            command.env_remove(variable);
        }
        command
    }

    pub fn cli(&self, args: &[&str]) -> Command {
        self.cli_of(self.name, args)
    }

    /// Like [`Self::cli`], for another environment of this project.
    pub fn cli_of(&self, environment: &str, args: &[&str]) -> Command {
        let mut command = self.project_command(env!("CARGO_BIN_EXE_seasense"));
        command.args(["--env", environment]).args(args);
        command
    }

    /// A program in the project, with the home and the state of this environment.
    pub fn project_command(&self, program: &str) -> Command {
        let mut command = self.command(program);
        // The machine's caches are shared on purpose. The home directory, and with it the kubeconfig, is
        // separate.
        let cache = std::env::var_os("SEASENSE_CACHE").map_or_else(
            || {
                let base = std::env::var_os("XDG_CACHE_HOME").map_or_else(
                    || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache"),
                    PathBuf::from,
                );
                base.join("seasense")
            },
            PathBuf::from,
        );
        command
            .current_dir(self.project())
            .env("SEASENSE_CACHE", cache)
            .env("SEASENSE_STATE", self.state())
            .env("CARGO_HOME", std::env::var_os("CARGO_HOME").unwrap_or_else(|| home_of_caller(".cargo")))
            .env("RUSTUP_HOME", std::env::var_os("RUSTUP_HOME").unwrap_or_else(|| home_of_caller(".rustup")))
            .env("HOME", self.home())
            .env("KUBECONFIG", self.user.kubeconfig());
        command
    }

    /// Runs `seasense --env NAME ARGS` to its end.
    pub fn seasense(&self, args: &[&str]) -> Run {
        let begun = Instant::now();
        let run = finish(&mut self.cli(args));
        eprintln!(
            "--- seasense {}: {:?} in {:.1?}\n{}",
            args.join(" "),
            run.code,
            begun.elapsed(),
            run.stderr
        );
        run
    }

    /// Starts `seasense` and sends SIGKILL after `delay`.
    pub fn seasense_killed_after(&self, args: &[&str], delay: Duration) {
        let mut child = self.cli(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let _ = self.wait_until_or(delay, || false);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Starts `seasense` and sends SIGINT after `delay`.
    pub fn seasense_interrupted_after(&self, args: &[&str], delay: Duration) -> Run {
        let child = self.cli(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        self.wait_until_or(delay, || false);
        let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        let begun = Instant::now();
        let output = child.wait_with_output().unwrap();
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "SIGINT ended the run only after {:?}",
            begun.elapsed()
        );
        Run::of(&output)
    }

    /// Runs a program with the home of the user.
    pub fn program(&self, program: &str, args: &[&str]) -> Run {
        finish(self.command(program).args(args).env("HOME", self.home()))
    }

    /// Runs `seasense` to its end while the user switches between other clusters.
    pub fn seasense_while_contexts_change(&self, args: &[&str]) -> Run {
        let mut child = self.cli(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        for turn in 0.. {
            if self.wait_until_or(Duration::from_millis(500), || false) || child.try_wait().unwrap().is_some()
            {
                break;
            }
            self.user.switch_context(turn);
        }
        let output = child.wait_with_output().unwrap();
        self.assert_user_clusters_untouched();
        Run::of(&output)
    }

    /// Panics if the user's kubeconfig changed by a byte or one of the user's clusters received a request.
    pub fn assert_user_clusters_untouched(&self) {
        self.user.assert_clusters_untouched();
    }

    pub fn wait_until(&self, what: &str, limit: Duration, done: impl Fn() -> bool) {
        assert!(self.wait_until_or(limit, done), "not within {limit:?}: {what}");
    }

    fn wait_until_or(&self, limit: Duration, done: impl Fn() -> bool) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < limit {
            if done() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(250));
        }
        false
    }

    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.project().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} does not contain {from:?}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }
}

/// Copies the files of one directory.
fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn home_of_caller(folder: &str) -> std::ffi::OsString {
    PathBuf::from(std::env::var_os("HOME").unwrap()).join(folder).into_os_string()
}
