//! A copy of the checkout, an environment of its own, and the means to run `seasense` there.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use crate::{
    checkout::{copy_checkout, copy_folder},
    person::Person,
};

/// The environment's public port.
pub const PORT: u16 = 18443;
/// Its public name.
pub const HOST: &str = "seasense.localhost";

static WORLD: OnceLock<TestEnv> = OnceLock::new();

/// The environment that `t05` made.
pub fn world() -> &'static TestEnv {
    WORLD.get().expect("t05 must run first, in the same process")
}

/// One environment and everything around it.
pub struct TestEnv {
    root: tempfile::TempDir,
    name: &'static str,
    port: u16,
    person: Person,
}

/// How a command ended.
#[must_use]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub fn assert_success(&self) {
        assert_eq!(self.code, Some(0), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
    }
}

impl TestEnv {
    /// The environment that most tests share.
    pub fn create() -> &'static Self {
        WORLD.get_or_init(|| Self::of("e2e", PORT, &[]))
    }

    /// Copies the checkout, uncommitted files included, and gives the copy an environment and a port of its own, which
    /// differs from `local` by `edits` of its file.
    pub fn of(name: &'static str, port: u16, edits: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        let person = Person::at_home(&root.path().join("home"));
        let world = Self { root, name, port, person };
        let project = world.project();
        copy_checkout(Path::new(env!("CARGO_MANIFEST_DIR")), &project);
        let local = fs::read_to_string(project.join("envs/local.toml")).unwrap();
        let mut own = local
            .replace("name = \"local\"", &format!("name = \"{name}\""))
            .replace("https = 8443", &format!("https = {port}"));
        for (from, to) in edits {
            assert!(own.contains(from), "envs/local.toml does not hold {from:?}");
            own = own.replace(from, to);
        }
        fs::write(project.join(format!("envs/{name}.toml")), own).unwrap();
        let key = project.join("envs/local.agekey");
        fs::copy(key, project.join(format!("envs/{name}.agekey"))).unwrap();
        copy_folder(&project.join("gitops/secrets/local"), &project.join("gitops/secrets").join(name));
        for git in [
            &["init", "-q"][..],
            &["add", "-A"],
            &["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", name],
        ] {
            world.command("git").args(git).current_dir(&project).status().unwrap();
        }
        world
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.name
    }

    /// The cluster's name.
    pub fn cluster(&self) -> String {
        format!("seasense-{}", self.name)
    }

    /// The public port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The control plane's container.
    pub fn control_plane(&self) -> String {
        format!("{}-control-plane", self.cluster())
    }

    /// The authority's certificate.
    pub fn authority(&self) -> PathBuf {
        self.state().join(self.cluster()).join("ca.crt")
    }

    pub fn project(&self) -> PathBuf {
        self.root.path().join("project")
    }

    /// The home of the person of this world.
    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    pub fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.stdin(Stdio::null()).env_remove("KUBECONFIG");
        command
    }

    pub fn cli(&self, args: &[&str]) -> Command {
        self.cli_of(self.name, args)
    }

    /// The same for another environment of this checkout.
    pub fn cli_of(&self, environment: &str, args: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_seasense"));
        // The caches of the machine are shared on purpose; the home, and with it a kubeconfig, is not.
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
            .args(["--env", environment])
            .args(args)
            .current_dir(self.project())
            .env("SEASENSE_CACHE", cache)
            .env("SEASENSE_STATE", self.state())
            .env("CARGO_HOME", std::env::var_os("CARGO_HOME").unwrap_or_else(|| home_of_caller(".cargo")))
            .env("RUSTUP_HOME", std::env::var_os("RUSTUP_HOME").unwrap_or_else(|| home_of_caller(".rustup")))
            .env("HOME", self.home())
            .env("KUBECONFIG", self.person.kubeconfig());
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

    /// Starts it and kills it, without warning, after `delay`.
    pub fn seasense_killed_after(&self, args: &[&str], delay: Duration) {
        let mut child = self.cli(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let _ = self.until_or(delay, || false);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Starts it and presses Ctrl-C after `delay`.
    pub fn seasense_interrupted_after(&self, args: &[&str], delay: Duration) -> Run {
        let child = self.cli(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        self.until_or(delay, || false);
        let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        let begun = Instant::now();
        let output = child.wait_with_output().unwrap();
        assert!(begun.elapsed() < Duration::from_secs(10), "Ctrl-C took {:?} to act", begun.elapsed());
        Run::of(&output)
    }

    /// Runs a program at home.
    pub fn program(&self, program: &str, args: &[&str]) -> Run {
        finish(self.command(program).args(args).env("HOME", self.home()))
    }

    /// Runs it to its end while the person goes back and forth between clusters of their own.
    pub fn seasense_while_contexts_change(&self, args: &[&str]) -> Run {
        let mut child = self.cli(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        for turn in 0.. {
            if self.until_or(Duration::from_millis(500), || false) || child.try_wait().unwrap().is_some() {
                break;
            }
            self.person.turns_to_another_cluster(turn);
        }
        let output = child.wait_with_output().unwrap();
        self.assert_the_person_was_left_alone();
        Run::of(&output)
    }

    /// The person's kubeconfig is what they wrote, byte by byte, and nobody asked their clusters for anything.
    pub fn assert_the_person_was_left_alone(&self) {
        self.person.assert_was_left_alone();
    }

    pub fn until(&self, what: &str, limit: Duration, done: impl Fn() -> bool) {
        assert!(self.until_or(limit, done), "within {limit:?}: {what}");
    }

    fn until_or(&self, limit: Duration, done: impl Fn() -> bool) -> bool {
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
        assert!(text.contains(from), "{file} does not hold {from:?}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }
}

fn home_of_caller(folder: &str) -> std::ffi::OsString {
    PathBuf::from(std::env::var_os("HOME").unwrap()).join(folder).into_os_string()
}

pub fn finish(command: &mut Command) -> Run {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Run::of(&output)
}
