//! A minor upgrade of Kubernetes under load, as a provider does it: the control plane first, then each node, drained before.
//!
//! It compiles a second Kubernetes and takes half an hour at first, so T3 leaves it out: `scripts/soak-upgrade` runs it.

use std::{cell::Cell, fs, path::Path, time::Duration};

use serde_json::Value;

use crate::{
    drain::{self, Load},
    world::{TestEnv, finish},
    zones,
};

/// The newest of the minor before, of which every module is to be had.
const BEFORE: &str = "1.34.4";
const VERSIONS: &str = "infra/versions.toml";
const RECIPES: &str = "infra/images.toml";
const MODULE: &str = "infra/images/go/kubernetes";
/// What goes into a node: the rest comes as images, out of the registry that the cluster knows.
const PROGRAMS: [&str; 3] = ["kubeadm", "kubectl", "kubelet"];
/// The control groups of version 1 run before as after; so does CoreDNS, which is newer than any that kubeadm knows a way from.
const ALLOWED: &str =
    "--ignore-preflight-errors=SystemVerification,CoreDNSMigration,CoreDNSUnsupportedPlugins";
const STAYS: &str = "--skip-phases=addon/coredns";
/// So many looks in a row, four a second, must find a node well.
const STEADY: u32 = 40;

/// A cluster of the minor before, and the programs of ours.
struct Upgrade {
    world: TestEnv,
    version: String,
    programs: tempfile::TempDir,
}

impl Drop for Upgrade {
    fn drop(&mut self) {
        let _ = self.world.seasense(&["down", "--output", "plain"]);
        // The images of the checkout's own version are what everybody else of this machine goes on with.
        self.pin(BEFORE, &self.version);
        let _ = self.world.seasense(&["images", "build", "--output", "plain"]);
    }
}

impl Upgrade {
    /// Makes the images of our own version, then pins the one before.
    fn prepare() -> Self {
        let world = TestEnv::of("upgrade", 18446, &zones::SEVERAL);
        let version = version(&fs::read_to_string(world.project().join(VERSIONS)).unwrap());
        world.seasense(&["images", "build", "--output", "plain"]).assert_success();
        let programs = tempfile::tempdir().unwrap();
        take_programs(&world, programs.path());
        let upgrade = Self { world, version, programs };
        upgrade.pin(&upgrade.version, BEFORE);
        upgrade
    }

    /// Puts one version of Kubernetes in the place of another, in all places that pin it.
    fn pin(&self, from: &str, to: &str) {
        let minor = |version: &str| version.split('.').nth(1).unwrap().to_owned();
        let (staged, other) = (staged(from), staged(to));
        self.world.edit(VERSIONS, &format!("version = \"{from}\""), &format!("version = \"{to}\""));
        let told = |version: &str| format!("version.gitMinor={}\"", minor(version));
        self.world.edit(RECIPES, &told(from), &told(to));
        let file = self.world.project().join(MODULE).join("go.mod");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace(&format!("v{from}"), &format!("v{to}")).replace(&staged, &other))
            .unwrap();
        let mut tidy = self.world.command("go");
        tidy.args(["mod", "tidy"]).env("GOWORK", "off").current_dir(self.world.project().join(MODULE));
        finish(&mut tidy).assert_success();
    }

    /// Runs a command in a node.
    fn inside(&self, node: &str, command: &[&str]) {
        let name = format!("{}-{node}", self.world.cluster());
        finish(self.world.command("docker").args(["exec", &name]).args(command)).assert_success();
    }

    fn give(&self, node: &str, programs: &[&str]) {
        for program in programs {
            let from = self.programs.path().join(program);
            let to = format!("{}-{node}:/usr/bin/{program}", self.world.cluster());
            finish(self.world.command("docker").arg("cp").arg(from).arg(to)).assert_success();
        }
    }

    /// The API server and its kin, which hold none of the workloads.
    fn control_plane(&self) {
        self.give("control-plane", &["kubeadm", "kubectl"]);
        let version = format!("v{}", self.version);
        let patches = "--patches=/kind/patches";
        let apply = ["kubeadm", "upgrade", "apply", &version, "--yes", patches, ALLOWED, STAYS];
        self.inside("control-plane", &apply);
        // While kube-proxy is exchanged, its nodes do not learn which pods leave.
        let exchanged = ["rollout", "status", "daemonset/kube-proxy", "-n", "kube-system", "--timeout=180s"];
        self.world.kubectl(&exchanged);
    }

    /// One node, whose workloads are sent away before and may come back afterwards.
    fn node(&self, node: &str) {
        drain::away(&self.world, node, || {
            self.give(node, &PROGRAMS);
            if node != "control-plane" {
                self.inside(node, &["kubeadm", "upgrade", "node", ALLOWED]);
            }
            self.inside(node, &["systemctl", "restart", "kubelet"]);
            let wanted = format!("{}-{node} v{} True", self.world.cluster(), self.version);
            let steady = Cell::new(0);
            // A kubelet of another minor starts the control plane's containers anew: the API goes once more, and comes back.
            self.world.until("the node is back, and the API stays", Duration::from_mins(5), || {
                steady.set(if self.states().contains(&wanted) { steady.get() + 1 } else { 0 });
                steady.get() == STEADY
            });
        });
    }

    /// Name, version and readiness of every node, one a line; nothing while the API does not answer.
    fn states(&self) -> String {
        let format = "jsonpath={range .items[*]}{.metadata.name} {.status.nodeInfo.kubeletVersion} \
                      {.status.conditions[?(@.type==\"Ready\")].status}{\"\\n\"}{end}";
        let config = ["--kubeconfig", "/etc/kubernetes/admin.conf"];
        let kubectl = ["exec", &self.world.control_plane(), "kubectl", config[0], config[1]];
        self.world.docker(&[&kubectl[..], &["get", "nodes", "-o", format]].concat())
    }

    fn assert_all_run(&self, version: &str) {
        let states = self.states();
        eprintln!("{states}");
        let wanted = format!(" v{version} True");
        assert!(
            states.lines().count() == 3 && states.lines().all(|node| node.ends_with(&wanted)),
            "{states}"
        );
    }
}

/// The staging modules are `v0` where Kubernetes is `v1`.
fn staged(version: &str) -> String {
    version.replacen('1', "v0", 1)
}

fn version(versions: &str) -> String {
    let versions: toml::Table = versions.parse().unwrap();
    versions["parts"]["kubernetes"]["version"].as_str().unwrap().to_owned()
}

/// Takes the programs out of our own node image.
fn take_programs(world: &TestEnv, folder: &Path) {
    let run = world.seasense(&["images", "list", "--json"]);
    let list: Value = serde_json::from_str(&run.stdout).unwrap();
    let digest = list["images"]["node"]["digest"].as_str().unwrap();
    let image = format!("seasense/node:{}", &digest["sha256:".len()..][..16]);
    let container = world.docker(&["create", "--label", "org.seasense.owner=seasense", &image]);
    for program in PROGRAMS {
        let from = format!("{}:/usr/bin/{program}", container.trim());
        finish(world.command("docker").args(["cp", &from]).arg(folder)).assert_success();
    }
    finish(world.command("docker").args(["rm", "-v", container.trim()])).assert_success();
}

#[test]
#[ignore = "needs Docker, kind and half an hour; scripts/soak-upgrade runs it"]
fn soak_a_minor_upgrade_of_kubernetes_loses_no_request_and_no_reading() {
    let upgrade = Upgrade::prepare();
    let world = &upgrade.world;
    world.seasense(&["dev", "--output", "plain"]).assert_success();
    upgrade.assert_all_run(BEFORE);
    // A provider runs two servers of names; kind's nodes here have one, and names would fail while it moves.
    world.kubectl(&["scale", "deployment/coredns", "-n", "kube-system", "--replicas=2"]);
    world.kubectl(&["rollout", "status", "deployment/coredns", "-n", "kube-system", "--timeout=180s"]);

    let load = Load::start(world);
    upgrade.control_plane();
    for node in ["control-plane", "worker", "worker2"] {
        upgrade.node(node);
    }
    load.end("the upgrade");

    upgrade.assert_all_run(&upgrade.version);
    assert_eq!(world.status()["ready"], true);
}
