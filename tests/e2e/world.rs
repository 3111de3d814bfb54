//! A copy of the checkout, an environment of its own, and the means to look at it from outside.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::checkout::{copy_checkout, copy_folder};

/// What a person's own kubeconfig holds; it must never change.
pub const DECOY: &str = "apiVersion: v1\nkind: Config\ncurrent-context: precious\n";

const PORT: u16 = 18443;

static WORLD: OnceLock<World> = OnceLock::new();

/// The environment that `t05` made.
pub fn world() -> &'static World {
    WORLD.get().expect("t05 must run first, in the same process")
}

/// One environment and everything around it.
pub struct World {
    root: tempfile::TempDir,
}

/// How a command ended.
#[must_use]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn assert_success(&self) {
        assert_eq!(self.code, Some(0), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
    }
}

impl World {
    /// Copies the checkout, uncommitted files included, and gives the copy ports of its own.
    pub fn create() -> &'static Self {
        let world = Self { root: tempfile::tempdir().unwrap() };
        let project = world.project();
        copy_checkout(Path::new(env!("CARGO_MANIFEST_DIR")), &project);
        let local = fs::read_to_string(project.join("envs/local.toml")).unwrap();
        let own = local
            .replace("name = \"local\"", "name = \"e2e\"")
            .replace("https = 8443", &format!("https = {PORT}"));
        fs::write(project.join("envs/e2e.toml"), own).unwrap();
        fs::copy(project.join("envs/local.agekey"), project.join("envs/e2e.agekey")).unwrap();
        copy_folder(&project.join("gitops/secrets/local"), &project.join("gitops/secrets/e2e"));
        for git in [
            &["init", "-q"][..],
            &["add", "-A"],
            &["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "e2e"],
        ] {
            world.command("git").args(git).current_dir(&project).status().unwrap();
        }
        let kube = world.home().join(".kube");
        fs::create_dir_all(&kube).unwrap();
        fs::write(kube.join("config"), DECOY).unwrap();
        WORLD.get_or_init(|| world)
    }

    pub fn project(&self) -> PathBuf {
        self.root.path().join("project")
    }

    fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.stdin(Stdio::null()).env_remove("KUBECONFIG");
        command
    }

    fn cli(&self, args: &[&str]) -> Command {
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
            .args(["--env", "e2e"])
            .args(args)
            .current_dir(self.project())
            .env("SEASENSE_CACHE", cache)
            .env("SEASENSE_STATE", self.state())
            .env("CARGO_HOME", std::env::var_os("CARGO_HOME").unwrap_or_else(|| home_of_caller(".cargo")))
            .env("RUSTUP_HOME", std::env::var_os("RUSTUP_HOME").unwrap_or_else(|| home_of_caller(".rustup")))
            .env("HOME", self.home());
        command
    }

    /// Runs `seasense --env e2e ARGS` to its end.
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
        Run {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub fn status(&self) -> Value {
        let run = self.seasense(&["status", "--json"]);
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stdout))
    }

    /// GETs a path through the gateway; only the environment's CA is trusted.
    pub fn get(&self, path: &str) -> Result<String, String> {
        self.get_with_ca(Some(&self.state().join("seasense-e2e/ca.crt")), path)
    }

    pub fn get_with_ca(&self, ca: Option<&Path>, path: &str) -> Result<String, String> {
        let mut command = self.command("curl");
        command.args(["--silent", "--show-error", "--fail", "--max-time", "5"]);
        if let Some(ca) = ca {
            command.arg("--cacert").arg(ca);
        }
        command.args(["--resolve", &format!("seasense.localhost:{PORT}:127.0.0.1")]);
        let run = finish(command.arg(format!("https://seasense.localhost:{PORT}{path}")));
        if run.code == Some(0) { Ok(run.stdout) } else { Err(run.stderr) }
    }

    /// How many readings the platform has stored.
    pub fn readings(&self) -> u64 {
        let summary: Value = serde_json::from_str(&self.get("/api/v1/summary").unwrap()).unwrap();
        summary["readings"].as_u64().unwrap()
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

    pub fn page_test(&self) -> Run {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page");
        let run = finish(
            self.command("node")
                .arg("run.mjs")
                .current_dir(tests)
                .env("SEASENSE_PAGE_URL", format!("https://seasense.localhost:{PORT}/"))
                .env("SEASENSE_CA_FILE", self.state().join("seasense-e2e/ca.crt")),
        );
        eprintln!("{}\n{}", run.stdout, run.stderr);
        run
    }

    pub fn kubectl(&self, args: &[&str]) -> String {
        let run = finish(
            self.command("docker")
                .args([
                    "exec",
                    "seasense-e2e-control-plane",
                    "kubectl",
                    "--kubeconfig",
                    "/etc/kubernetes/admin.conf",
                ])
                .args(args),
        );
        run.assert_success();
        run.stdout
    }

    /// Asks the primary.
    pub fn sql(&self, query: &str) -> String {
        let primary = self.kubectl(&[
            "get",
            "cluster",
            "seasense-db",
            "-n",
            "seasense",
            "-o",
            "jsonpath={.status.currentPrimary}",
        ]);
        self.kubectl(&[
            "exec", "-n", "seasense", &primary, "-c", "postgres", "--", "psql", "-Atq", "-d", "seasense",
            "-c", query,
        ])
    }

    pub fn node_id(&self) -> String {
        finish(self.command("docker").args(["inspect", "-f", "{{.Id}}", "seasense-e2e-control-plane"])).stdout
    }

    pub fn kill_fleet(&self) {
        finish(self.command("docker").args(["rm", "-f", "seasense-e2e-fleet"])).assert_success();
    }

    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.project().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} does not hold {from:?}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }

    /// Names of Docker objects of this environment, one a line.
    pub fn docker_leftovers(&self, kind: &str) -> String {
        let filter = "label=org.seasense.environment=e2e";
        let mut command = self.command("docker");
        command.args([kind, "ls", "--filter", filter, "--quiet"]);
        if kind == "container" {
            command.arg("--all");
        }
        let labelled = finish(&mut command).stdout;
        let named = finish(self.command("docker").args([
            "container",
            "ls",
            "--all",
            "--quiet",
            "--filter",
            "name=seasense-e2e",
        ]));
        labelled + &named.stdout
    }

    pub fn state_leftovers(&self) -> Vec<String> {
        fs::read_dir(self.state())
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect()
    }

    pub fn decoy_kubeconfig(&self) -> String {
        fs::read_to_string(self.home().join(".kube/config")).unwrap()
    }
}

fn home_of_caller(folder: &str) -> std::ffi::OsString {
    PathBuf::from(std::env::var_os("HOME").unwrap()).join(folder).into_os_string()
}

fn finish(command: &mut Command) -> Run {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Run {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
