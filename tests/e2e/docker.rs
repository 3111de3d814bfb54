//! The containers and files of an environment on this machine.

use std::fs;

use crate::{run::finish, test_env::TestEnv};

impl TestEnv {
    pub fn fleet_image(&self) -> String {
        finish(self.command("docker").args([
            "inspect",
            "-f",
            "{{.Image}}",
            &format!("{}-fleet", self.cluster()),
        ]))
        .stdout
    }

    /// Returns the output of `docker ARGS`, or nothing if it fails.
    pub fn docker(&self, args: &[&str]) -> String {
        finish(self.command("docker").args(args)).stdout
    }

    pub fn node_id(&self) -> String {
        finish(self.command("docker").args(["inspect", "-f", "{{.Id}}", &self.control_plane()])).stdout
    }

    pub fn kill_node(&self) {
        finish(self.command("docker").args(["kill", &self.control_plane()])).assert_success();
    }

    /// The names of the running containers of this environment, one per line.
    pub fn running_containers(&self) -> String {
        let name = format!("name={}", self.cluster());
        finish(self.command("docker").args(["ps", "--filter", &name, "--format", "{{.Names}}"])).stdout
    }

    pub fn kill_fleet(&self) {
        finish(self.command("docker").args(["rm", "-f", &format!("{}-fleet", self.cluster())]))
            .assert_success();
    }

    /// Stops the containers together, then starts them one by one in this order.
    pub fn restart(&self, containers: &[&str]) {
        let names: Vec<String> = containers.iter().map(|name| format!("{}-{name}", self.cluster())).collect();
        finish(self.command("docker").args(["stop", "--time", "10"]).args(&names)).assert_success();
        for name in names {
            finish(self.command("docker").arg("start").arg(name)).assert_success();
        }
    }

    /// The address of a node in the network of kind.
    pub fn node_address(&self, node: &str) -> String {
        let node = format!("{}-{node}", self.cluster());
        let format = "{{.NetworkSettings.Networks.kind.IPAddress}}";
        finish(self.command("docker").args(["inspect", "-f", format, &node])).stdout.trim().to_owned()
    }

    /// The IDs of the remaining Docker objects of this environment, one per line.
    pub fn docker_leftovers(&self, kind: &str) -> String {
        let filter = format!("label=org.seasense.environment={}", self.name());
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
}
