//! A minor upgrade of Kubernetes under load in a provider's order: the control plane first, then each node
//! after a drain.
//!
//! The first run compiles a second Kubernetes and takes half an hour, so T3 skips it; `scripts/soak-upgrade`
//! runs it.

use std::{cell::Cell, fs, path::Path, time::Duration};

use serde_json::Value;

use crate::{
    drain::{LossCheck, drain},
    run::finish,
    t97_zones::THREE_NODES,
    test_env::TestEnv,
};

/// The newest patch of the previous minor version whose modules are all available.
const PREVIOUS: &str = "1.34.4";
const VERSIONS: &str = "infra/versions.toml";
const RECIPES: &str = "infra/images.toml";
const MODULE: &str = "infra/images/go/kubernetes";
/// The programs that are copied into a node. The other parts are images from the cluster's registry.
const PROGRAMS: [&str; 3] = ["kubeadm", "kubectl", "kubelet"];
/// The accepted preflight errors: control groups of version 1, and a CoreDNS that is newer than kubeadm can
/// migrate.
const IGNORED_ERRORS: &str =
    "--ignore-preflight-errors=SystemVerification,CoreDNSMigration,CoreDNSUnsupportedPlugins";
const SKIPPED_PHASES: &str = "--skip-phases=addon/coredns";
/// The number of consecutive checks, four per second, that must find a node ready.
const STABLE_CHECKS: u32 = 40;

/// A cluster of the previous minor version, and the programs of the current one.
struct Upgrade {
    env: TestEnv,
    version: String,
    programs: tempfile::TempDir,
}

impl Drop for Upgrade {
    fn drop(&mut self) {
        let _ = self.env.seasense(&["down", "--output", "plain"]);
        // The cached images are shared with other runs on this machine, so the current version is built again.
        self.pin(PREVIOUS, &self.version);
        let _ = self.env.seasense(&["images", "build", "--output", "plain"]);
    }
}

impl Upgrade {
    /// Builds the images of the current version, then pins the previous one.
    fn prepare() -> Self {
        let env = TestEnv::separate("upgrade", 18446, &THREE_NODES);
        let version = version(&fs::read_to_string(env.project().join(VERSIONS)).unwrap());
        env.seasense(&["images", "build", "--output", "plain"]).assert_success();
        let programs = tempfile::tempdir().unwrap();
        copy_programs(&env, programs.path());
        let upgrade = Self { env, version, programs };
        upgrade.pin(&upgrade.version, PREVIOUS);
        upgrade
    }

    /// Replaces one version of Kubernetes by another in all files that pin it.
    fn pin(&self, from: &str, to: &str) {
        let minor = |version: &str| version.split('.').nth(1).unwrap().to_owned();
        let (staged, other) = (staged(from), staged(to));
        self.env.edit(VERSIONS, &format!("version = \"{from}\""), &format!("version = \"{to}\""));
        let minor_flag = |version: &str| format!("version.gitMinor={}\"", minor(version));
        self.env.edit(RECIPES, &minor_flag(from), &minor_flag(to));
        let file = self.env.project().join(MODULE).join("go.mod");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace(&format!("v{from}"), &format!("v{to}")).replace(&staged, &other))
            .unwrap();
        let mut tidy = self.env.command("go");
        tidy.args(["mod", "tidy"]).env("GOWORK", "off").current_dir(self.env.project().join(MODULE));
        finish(&mut tidy).assert_success();
    }

    /// Runs a command in a node.
    fn run_in(&self, node: &str, command: &[&str]) {
        let name = format!("{}-{node}", self.env.cluster());
        finish(self.env.command("docker").args(["exec", &name]).args(command)).assert_success();
    }

    /// Copies programs into a node.
    fn install(&self, node: &str, programs: &[&str]) {
        for program in programs {
            let from = self.programs.path().join(program);
            let to = format!("{}-{node}:/usr/bin/{program}", self.env.cluster());
            finish(self.env.command("docker").arg("cp").arg(from).arg(to)).assert_success();
        }
    }

    /// Upgrades the control plane, which runs no workloads.
    fn upgrade_control_plane(&self) {
        self.install("control-plane", &["kubeadm", "kubectl"]);
        let version = format!("v{}", self.version);
        let patches = "--patches=/kind/patches";
        let apply =
            ["kubeadm", "upgrade", "apply", &version, "--yes", patches, IGNORED_ERRORS, SKIPPED_PHASES];
        self.run_in("control-plane", &apply);
        // While kube-proxy is replaced, the nodes do not learn which pods end.
        let rolled_out = ["rollout", "status", "daemonset/kube-proxy", "-n", "kube-system", "--timeout=180s"];
        self.env.kubectl(&rolled_out);
    }

    /// Upgrades one node between a drain and an uncordon.
    fn upgrade_node(&self, node: &str) {
        drain(&self.env, node, || {
            self.install(node, &PROGRAMS);
            if node != "control-plane" {
                self.run_in(node, &["kubeadm", "upgrade", "node", IGNORED_ERRORS]);
            }
            self.run_in(node, &["systemctl", "restart", "kubelet"]);
            let wanted = format!("{}-{node} v{} True", self.env.cluster(), self.version);
            let ready_checks = Cell::new(0);
            // A kubelet of another minor version restarts the control plane's containers, so the API stops once
            // more.
            self.env.wait_until("the node and the API are stable", Duration::from_mins(5), || {
                ready_checks.set(if self.states().contains(&wanted) { ready_checks.get() + 1 } else { 0 });
                ready_checks.get() == STABLE_CHECKS
            });
        });
    }

    /// Returns name, version and readiness of every node, one per line; nothing while the API does not respond.
    fn states(&self) -> String {
        let format = "jsonpath={range .items[*]}{.metadata.name} {.status.nodeInfo.kubeletVersion} \
                      {.status.conditions[?(@.type==\"Ready\")].status}{\"\\n\"}{end}";
        let config = ["--kubeconfig", "/etc/kubernetes/admin.conf"];
        let kubectl = ["exec", &self.env.control_plane(), "kubectl", config[0], config[1]];
        self.env.docker(&[&kubectl[..], &["get", "nodes", "-o", format]].concat())
    }

    fn assert_all_nodes_run(&self, version: &str) {
        let states = self.states();
        eprintln!("{states}");
        let wanted = format!(" v{version} True");
        assert_eq!(states.lines().count(), 3, "{states}");
        assert!(states.lines().all(|node| node.ends_with(&wanted)), "{states}");
    }
}

/// Returns the version of the staging modules, which is `v0` for Kubernetes `v1`.
fn staged(version: &str) -> String {
    version.replacen('1', "v0", 1)
}

fn version(versions: &str) -> String {
    let versions: toml::Table = versions.parse().unwrap();
    versions["parts"]["kubernetes"]["version"].as_str().unwrap().to_owned()
}

/// Copies the programs from the node image of the current version.
fn copy_programs(env: &TestEnv, folder: &Path) {
    let run = env.seasense(&["images", "list", "--json"]);
    let list: Value = serde_json::from_str(&run.stdout).unwrap();
    let digest = list["images"]["node"]["digest"].as_str().unwrap();
    let image = format!("seasense/node:{}", &digest["sha256:".len()..][..16]);
    let container = env.docker(&["create", "--label", "org.seasense.owner=seasense", &image]);
    for program in PROGRAMS {
        let from = format!("{}:/usr/bin/{program}", container.trim());
        finish(env.command("docker").args(["cp", &from]).arg(folder)).assert_success();
    }
    finish(env.command("docker").args(["rm", "-v", container.trim()])).assert_success();
}

#[test]
#[ignore = "needs Docker, kind and half an hour; scripts/soak-upgrade runs it"]
fn soak_minor_upgrade_of_kubernetes_loses_nothing() {
    let upgrade = Upgrade::prepare();
    let env = &upgrade.env;
    env.seasense(&["dev", "--output", "plain"]).assert_success();
    upgrade.assert_all_nodes_run(PREVIOUS);
    // A provider runs two DNS servers. With one, as in kind, names would fail while it moves.
    env.kubectl(&["scale", "deployment/coredns", "-n", "kube-system", "--replicas=2"]);
    env.kubectl(&["rollout", "status", "deployment/coredns", "-n", "kube-system", "--timeout=180s"]);

    let check = LossCheck::start(env);
    upgrade.upgrade_control_plane();
    for node in ["control-plane", "worker", "worker2"] {
        upgrade.upgrade_node(node);
    }
    check.finish("the upgrade");

    upgrade.assert_all_nodes_run(&upgrade.version);
    assert_eq!(env.status()["ready"], true);
}
