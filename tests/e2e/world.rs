//! A copy of the checkout, an environment of its own, and the means to look at it from outside.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::checkout::{copy_checkout, copy_folder};

/// A person's own kubeconfig, which leads to `port`; seasense must neither read nor change it.
fn own_kubeconfig(port: u16, current: &str) -> String {
    let cluster =
        |name: &str| format!("- {{name: {name}, cluster: {{server: 'http://127.0.0.1:{port}'}}}}\n");
    let context = |name: &str| format!("- {{name: {name}, context: {{cluster: {name}, user: me}}}}\n");
    let names = ["precious", "dearer"];
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: {current}\nusers: [{{name: me, user: {{}}}}]\nclusters:\n{}contexts:\n{}",
        names.map(cluster).concat(),
        names.map(context).concat()
    )
}

/// The environment's public port.
pub const PORT: u16 = 18443;
/// Its public name.
pub const HOST: &str = "seasense.localhost";

static WORLD: OnceLock<World> = OnceLock::new();

/// The environment that `t05` made.
pub fn world() -> &'static World {
    WORLD.get().expect("t05 must run first, in the same process")
}

/// One environment and everything around it.
pub struct World {
    root: tempfile::TempDir,
    name: &'static str,
    port: u16,
    /// Where the person's own clusters answer: every connection there is one too many.
    precious: u16,
    visits: Arc<AtomicUsize>,
    /// What the person's kubeconfig holds.
    kubeconfig: Mutex<String>,
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
    /// The environment that most tests share.
    pub fn create() -> &'static Self {
        WORLD.get_or_init(|| Self::of("e2e", PORT, &[]))
    }

    /// Copies the checkout, uncommitted files included, and gives the copy an environment and a port of its own, which
    /// differs from `local` by `edits` of its file.
    pub fn of(name: &'static str, port: u16, edits: &[(&str, &str)]) -> Self {
        let (precious, visits) = guard_port();
        let kubeconfig = Mutex::new(own_kubeconfig(precious, "precious"));
        let world = Self { root: tempfile::tempdir().unwrap(), name, port, precious, visits, kubeconfig };
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
        let kube = world.home().join(".kube");
        fs::create_dir_all(&kube).unwrap();
        fs::write(kube.join("config"), &*world.kubeconfig.lock().unwrap()).unwrap();
        world
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
            .env("KUBECONFIG", self.own_kubeconfig());
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
        Run {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs it to its end while the person goes back and forth between clusters of their own.
    pub fn seasense_while_contexts_change(&self, args: &[&str]) -> Run {
        let mut child = self.cli(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        for turn in 0.. {
            if self.until_or(Duration::from_millis(500), || false) || child.try_wait().unwrap().is_some() {
                break;
            }
            let text = own_kubeconfig(self.precious, ["dearer", "precious"][turn % 2]);
            fs::write(self.own_kubeconfig(), &text).unwrap();
            *self.kubeconfig.lock().unwrap() = text;
        }
        let output = child.wait_with_output().unwrap();
        self.assert_the_person_was_left_alone();
        Run {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The person's kubeconfig is what they wrote, byte by byte, and nobody asked their clusters for anything.
    pub fn assert_the_person_was_left_alone(&self) {
        let found = fs::read_to_string(self.own_kubeconfig()).unwrap();
        assert_eq!(found, *self.kubeconfig.lock().unwrap(), "the person's kubeconfig was changed");
        assert_eq!(self.visits.load(Ordering::SeqCst), 0, "somebody asked the person's own cluster");
    }

    pub fn status(&self) -> Value {
        let run = self.seasense(&["status", "--json"]);
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stdout))
    }

    /// GETs a path through the gateway; only the environment's CA is trusted.
    pub fn get(&self, path: &str) -> Result<String, String> {
        self.get_with_ca(Some(&self.authority()), path)
    }

    pub fn get_with_ca(&self, ca: Option<&Path>, path: &str) -> Result<String, String> {
        let mut command = self.command("curl");
        command.args(["--silent", "--show-error", "--fail", "--max-time", "5"]);
        if let Some(ca) = ca {
            command.arg("--cacert").arg(ca);
        }
        command.args(["--resolve", &format!("seasense.localhost:{}:127.0.0.1", self.port)]);
        let run = finish(command.arg(format!("https://seasense.localhost:{}{path}", self.port)));
        if run.code == Some(0) { Ok(run.stdout) } else { Err(run.stderr) }
    }

    /// Runs a program at home.
    pub fn program(&self, program: &str, args: &[&str]) -> Run {
        finish(self.command(program).args(args).env("HOME", self.home()))
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
                .env("SEASENSE_PAGE_URL", format!("https://seasense.localhost:{}/", self.port))
                .env("SEASENSE_CA_FILE", self.authority()),
        );
        eprintln!("{}\n{}", run.stdout, run.stderr);
        run
    }

    pub fn kubectl(&self, args: &[&str]) -> String {
        self.kubectl_in(&self.cluster(), args)
    }

    /// The same in any cluster of this machine.
    pub fn kubectl_in(&self, cluster: &str, args: &[&str]) -> String {
        let run = finish(
            self.command("docker")
                .args([
                    "exec",
                    &format!("{cluster}-control-plane"),
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
        self.sql_in(&self.cluster(), query)
    }

    /// The same in any cluster of this machine.
    pub fn sql_in(&self, cluster: &str, query: &str) -> String {
        let get =
            ["get", "cluster", "seasense-db", "-n", "seasense", "-o", "jsonpath={.status.currentPrimary}"];
        let primary = self.kubectl_in(cluster, &get);
        let psql = [
            "exec", "-n", "seasense", &primary, "-c", "postgres", "--", "psql", "-Atq", "-d", "seasense",
            "-c", query,
        ];
        self.kubectl_in(cluster, &psql)
    }

    /// The body of an answer of any status.
    pub fn body_of(&self, path: &str) -> String {
        let mut command = self.command("curl");
        command.args(["--silent", "--max-time", "5", "--cacert"]).arg(self.authority());
        command.args(["--resolve", &format!("{HOST}:{PORT}:127.0.0.1")]);
        finish(command.arg(format!("https://{HOST}:{PORT}{path}"))).stdout
    }

    pub fn fleet_image(&self) -> String {
        finish(self.command("docker").args([
            "inspect",
            "-f",
            "{{.Image}}",
            &format!("{}-fleet", self.cluster()),
        ]))
        .stdout
    }

    /// What `docker ARGS` prints; nothing where it fails.
    pub fn docker(&self, args: &[&str]) -> String {
        finish(self.command("docker").args(args)).stdout
    }

    pub fn node_id(&self) -> String {
        finish(self.command("docker").args(["inspect", "-f", "{{.Id}}", &self.control_plane()])).stdout
    }

    pub fn kill_fleet(&self) {
        finish(self.command("docker").args(["rm", "-f", &format!("{}-fleet", self.cluster())]))
            .assert_success();
    }

    /// Stops the containers all at once, then starts them one after the other in this order.
    pub fn restart(&self, containers: &[&str]) {
        let names: Vec<String> = containers.iter().map(|name| format!("{}-{name}", self.cluster())).collect();
        finish(self.command("docker").args(["stop", "--time", "10"]).args(&names)).assert_success();
        for name in names {
            finish(self.command("docker").arg("start").arg(name)).assert_success();
        }
    }

    /// The address of a node on the network of kind.
    pub fn node_address(&self, node: &str) -> String {
        let node = format!("{}-{node}", self.cluster());
        let format = "{{.NetworkSettings.Networks.kind.IPAddress}}";
        finish(self.command("docker").args(["inspect", "-f", format, &node])).stdout.trim().to_owned()
    }

    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.project().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} does not hold {from:?}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }

    /// Names of Docker objects of this environment, one a line.
    pub fn docker_leftovers(&self, kind: &str) -> String {
        let filter = format!("label=org.seasense.environment={}", self.name);
        let mut command = self.command("docker");
        command.args([kind, "ls", "--filter", &filter, "--quiet"]);
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
            &format!("name={}", self.cluster()),
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

    fn own_kubeconfig(&self) -> PathBuf {
        self.home().join(".kube/config")
    }
}

/// A port of 127.0.0.1, and how often somebody came there.
fn guard_port() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let visits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&visits);
    std::thread::spawn(move || {
        for _ in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    (port, visits)
}

fn home_of_caller(folder: &str) -> std::ffi::OsString {
    PathBuf::from(std::env::var_os("HOME").unwrap()).join(folder).into_os_string()
}

pub fn finish(command: &mut Command) -> Run {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Run {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
