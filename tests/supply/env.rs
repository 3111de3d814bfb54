//! A copy of the checkout with upstream on this machine, and a separate cache and registry.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use seasense::{
    base::platform::Platform,
    config::{
        HostDirs, Project,
        infra::{PINS, Pins},
    },
    images::{self, Lock, Mode},
    registry::Digest,
};
use serde_json::Value;

use crate::{checkout::copy_checkout, page::Page, upstream::Upstream};

const UPSTREAM: [&str; 3] = ["docker.io", "ghcr.io", "quay.io"];
/// The servers of released programs.
const RELEASES: [&str; 3] = ["dl.k8s.io", "get.helm.sh", "github.com"];
/// The end of the path of the released manifest.
pub const MANIFEST: &str = ".yaml";

/// Everything that a run of the program needs.
pub struct TestEnv {
    pub upstream: Upstream,
    pub page: Page,
    /// The registry's container.
    pub registry: String,
    /// Its port.
    pub port: u16,
    root: tempfile::TempDir,
}

/// The result of a command.
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

    /// Returns the event that finished `step`.
    pub fn ended(&self, step: &str) -> Value {
        let events = self.stderr.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut ends = events.filter(|event| event["event"] == "finished" && event["step"] == step);
        ends.next().unwrap_or_else(|| panic!("no end of {step}:\n{}", self.stderr))
    }
}

impl TestEnv {
    pub async fn create() -> Self {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
        let upstream = Upstream::start(&Project::find(checkout).unwrap()).await;
        let programs = programs();
        let files = programs.iter().map(|(_, end, bytes)| (end.clone(), bytes.clone()));
        let page = Page::serve(files.chain([(MANIFEST.to_owned(), released())]).collect());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let registry = format!("seasense-test-{port}");
        let env = Self { upstream, page, registry, port, root: tempfile::tempdir().unwrap() };
        copy_checkout(checkout, &env.project());
        let mirror =
            |names: [&str; 3], host: &str| names.map(|name| format!("\"{name}\" = \"{host}\"\n")).concat();
        let mirrors = mirror(UPSTREAM, &env.upstream.host) + &mirror(RELEASES, &env.page.host);
        env.edit("infra/versions.toml", |text| format!("{text}\n[mirrors]\n{mirrors}"));
        let mut pins = Pins::load(&env.checkout()).unwrap();
        pins.image = env.upstream.pins();
        for (name, _, bytes) in &programs {
            let digests = [(Platform::host().unwrap(), Digest::of(bytes))].into();
            pins.program.get_mut(*name).unwrap().digests = digests;
        }
        env.set_pins(&pins);
        env.edit("envs/local.toml", |text| text.replace("registry = 5050", &format!("registry = {port}")));
        env.edit("infra/manifests/recipes.toml", |text| {
            text.replace("https://raw.githubusercontent.com", &format!("http://{}", env.page.host))
        });
        // Results of builds are shared with the tests' own supply; nothing else is shared.
        let jobs = Path::new("supply/build/jobs");
        fs::create_dir_all(env.cache().join(jobs).parent().unwrap()).unwrap();
        let built = HostDirs::from_environment().unwrap().cache().join(jobs);
        std::os::unix::fs::symlink(built, env.cache().join(jobs)).unwrap();
        env
    }

    fn project(&self) -> PathBuf {
        self.root.path().join("project")
    }

    pub fn checkout(&self) -> Project {
        Project::find(&self.project()).unwrap()
    }

    pub fn set_pins(&self, pins: &Pins) {
        seasense::images::pin::write(&self.checkout(), pins).unwrap();
    }

    pub fn pins(&self) -> String {
        fs::read_to_string(self.project().join(PINS)).unwrap()
    }

    /// Uses `host` in place of the registry `name`.
    pub fn mirror(&self, name: &str, host: &str) {
        let before = format!("\"{name}\" = \"{}\"", self.upstream.host);
        self.edit("infra/versions.toml", |text| text.replace(&before, &format!("\"{name}\" = \"{host}\"")));
    }

    /// Puts a program called `name` on `PATH` before all others.
    pub fn install(&self, name: &str, script: &str) {
        let path = self.root.path().join("bin").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }

    pub fn cache(&self) -> PathBuf {
        self.root.path().join("cache")
    }

    fn edit(&self, file: &str, change: impl FnOnce(String) -> String) {
        let path = self.project().join(file);
        let before = fs::read_to_string(&path).unwrap();
        let after = change(before.clone());
        assert_ne!(before, after, "{file}");
        fs::write(path, after).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seasense"));
        let path = format!("{}:{}", self.root.path().join("bin").display(), std::env::var("PATH").unwrap());
        command
            .args(args)
            .env("PATH", path)
            .current_dir(self.project())
            .env("SEASENSE_CACHE", self.cache())
            .env("SEASENSE_STATE", self.root.path().join("state"))
            .env("SEASENSE_REGISTRY", &self.registry)
            .env_remove("SEASENSE_SUPPLY")
            .stdin(Stdio::null());
        command
    }

    /// Runs `seasense ARGS`.
    pub fn seasense(&self, args: &[&str]) -> Run {
        let output = self.command(args).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Runs a complete `images pull`.
    pub fn pull(&self) -> Run {
        self.seasense(&["images", "pull", "--output", "jsonl"])
    }

    /// Starts a pull and kills it once it has copied `images` images.
    pub fn pull_killed_after(&self, images: u64) {
        let mut child = self
            .command(&["images", "pull", "--output", "jsonl"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let reached = lines.any(|line| {
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            event["event"] == "progress" && event["step"] == "supply.pull" && event["done"] == images
        });
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(reached, "the pull ended before {images} images were copied");
    }

    /// The lock of the pull.
    pub fn lock_file(&self) -> PathBuf {
        self.cache().join("supply/pull/lock.json")
    }

    pub fn lock(&self) -> Lock {
        Lock::read(&self.lock_file()).unwrap().unwrap()
    }

    /// The number of blobs in transit.
    pub fn blobs(&self) -> usize {
        fs::read_dir(self.cache().join("supply/pull/blobs")).unwrap().count()
    }
}

impl Drop for TestEnv {
    fn drop(&mut self) {
        docker(&["rm", "--force", "--volumes", &self.registry]);
        docker(&["volume", "rm", &format!("{}-pull", self.registry), &self.registry]);
        let mut names = vec![format!("{}/library/registry", self.upstream.host)];
        if let Ok(Some(lock)) = Lock::read(&self.lock_file()) {
            let pulled = self.upstream.digests.keys().filter_map(|name| lock.images.get(name));
            for image in pulled {
                names.push(format!("127.0.0.1:{}/{}", self.port, image.repository));
                let kept = seasense::registry::daemon_reference(&image.repository, &image.digest);
                docker(&["rmi", &kept]);
            }
        }
        for name in names {
            let listed = docker(&[
                "images",
                "--digests",
                "--format",
                "{{.Repository}}:{{.Tag}} {{.Repository}}@{{.Digest}}",
                &name,
            ]);
            for reference in listed.split_whitespace().filter(|reference| !reference.contains("<none>")) {
                docker(&["rmi", reference]);
            }
        }
    }
}

/// Runs `docker ARGS` and ignores failures: an absent resource need not be removed.
fn docker(args: &[&str]) -> String {
    let output = Command::new("docker").args(args).stdin(Stdio::null()).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

/// The released file, taken from the Go module of the same version.
fn released() -> Vec<u8> {
    let infra = seasense::config::Infra::load(&Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap())
        .unwrap();
    let part = &infra.versions.parts["cloudnative-pg"];
    let wanted = format!("{}@v{}", part.module.as_ref().unwrap(), part.version);
    let outside = tempfile::tempdir().unwrap();
    let answer = Command::new("go")
        .args(["mod", "download", "-json", &wanted])
        .env("GOWORK", "off")
        .env("GOFLAGS", "")
        .current_dir(outside.path())
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&answer.stdout).unwrap();
    let file = format!("releases/cnpg-{}.yaml", part.version);
    fs::read(Path::new(answer["Dir"].as_str().unwrap()).join(file)).unwrap()
}

/// The programs of this machine's own supply as released files: name, end of the path, content.
fn programs() -> Vec<(&'static str, String, Vec<u8>)> {
    let lock = images::locked(&HostDirs::from_environment().unwrap(), Mode::Auto).unwrap();
    let read = |name: &str| fs::read(&lock.tool(name).unwrap().path).unwrap();
    let (kind, helm, kubectl) = (read("kind"), read("helm"), read("kubectl"));
    let member = format!("{}/helm", Platform::host().unwrap().joined("-"));
    let mut archive =
        tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let mut header = tar::Header::new_gnu();
    header.set_size(helm.len() as u64);
    archive.append_data(&mut header, member, helm.as_slice()).unwrap();
    let helm = archive.into_inner().unwrap().finish().unwrap();
    let kind_file = format!("kind-{}", Platform::host().unwrap().joined("-"));
    vec![
        ("kind", kind_file, kind),
        ("helm", ".tar.gz".to_owned(), helm),
        ("kubectl", "/kubectl".to_owned(), kubectl),
    ]
}
