//! What must be the same after a pause: certificates, and every reading that was acknowledged.

use crate::{
    ack_log::{self, Readings},
    world::{TestEnv, finish},
};

impl TestEnv {
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

    /// Every reading that the fleet has noted as acknowledged.
    pub fn acknowledged(&self) -> Readings {
        ack_log::noted(&self.state().join(self.cluster()).join("fleet/ack-log"))
    }

    /// Every reading that is stored.
    pub fn stored(&self) -> Readings {
        ack_log::stored(self, &self.cluster())
    }
}
