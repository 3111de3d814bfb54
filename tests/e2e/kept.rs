//! What must be the same after a pause: certificates, and every reading that was acknowledged.

use std::{collections::BTreeSet, fs};

use serde_json::Value;

use crate::world::{World, finish};

impl World {
    pub fn kill_node(&self) {
        finish(self.command("docker").args(["kill", &self.control_plane()])).assert_success();
    }

    /// Names of the containers of this environment that run, one a line.
    pub fn running_containers(&self) -> String {
        let name = format!("name={}", self.cluster());
        finish(self.command("docker").args(["ps", "--filter", &name, "--format", "{{.Names}}"])).stdout
    }

    /// Every certificate in the cluster, with its namespace and name.
    pub fn certificates(&self) -> String {
        let each =
            r#"jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {.data.tls\.crt}{"\n"}{end}"#;
        self.kubectl(&["get", "secrets", "-A", "--field-selector", "type=kubernetes.io/tls", "-o", each])
    }

    /// Every reading that the fleet has noted as acknowledged: `<buoy> <boot_id> <seq>`.
    pub fn acknowledged(&self) -> BTreeSet<String> {
        let mut readings = BTreeSet::new();
        for file in fs::read_dir(self.state().join(self.cluster()).join("fleet/ledger")).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            // A last line without an end is a note that was cut off.
            for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
                let entry: Value = serde_json::from_str(line).unwrap();
                readings.insert(format!(
                    "{} {} {}",
                    entry["buoy"].as_str().unwrap(),
                    entry["boot_id"],
                    entry["seq"]
                ));
            }
        }
        readings
    }

    /// Every reading that is stored: `<buoy> <boot_id> <seq>`.
    pub fn stored(&self) -> BTreeSet<String> {
        let all = "SELECT code || ' ' || boot_id || ' ' || seq FROM reading JOIN buoy ON buoy.id = buoy_id";
        self.sql(all).lines().map(str::to_owned).collect()
    }
}
