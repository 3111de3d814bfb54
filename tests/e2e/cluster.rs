//! Requests to an environment through its gateway and through the API of its cluster.

use std::path::Path;

use serde_json::Value;

use crate::{
    run::{Run, finish},
    test_env::{HOST, TestEnv},
};

impl TestEnv {
    pub fn status(&self) -> Value {
        let run = self.seasense(&["status", "--json"]);
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stdout))
    }

    /// GETs a path through the gateway; only the environment's CA is trusted.
    pub fn get(&self, path: &str) -> Result<String, String> {
        self.get_with_ca(Some(&self.authority()), path)
    }

    pub fn get_with_ca(&self, ca: Option<&Path>, path: &str) -> Result<String, String> {
        let run = self.curl(ca, &["--show-error", "--fail"], path);
        if run.code == Some(0) { Ok(run.stdout) } else { Err(run.stderr) }
    }

    /// Returns the body of the response, whatever its status.
    pub fn body_of(&self, path: &str) -> String {
        self.curl(Some(&self.authority()), &[], path).stdout
    }

    fn curl(&self, ca: Option<&Path>, options: &[&str], path: &str) -> Run {
        let mut command = self.command("curl");
        command.args(["--silent", "--max-time", "5"]).args(options);
        if let Some(ca) = ca {
            command.arg("--cacert").arg(ca);
        }
        command.args(["--resolve", &format!("{HOST}:{}:127.0.0.1", self.port())]);
        finish(command.arg(format!("https://{HOST}:{}{path}", self.port())))
    }

    /// Returns the number of stored readings.
    pub fn readings(&self) -> u64 {
        let summary: Value = serde_json::from_str(&self.get("/api/v1/summary").unwrap()).unwrap();
        summary["readings"].as_u64().unwrap()
    }

    pub fn page_test(&self) -> Run {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page");
        let run = finish(
            self.command("node")
                .arg("run.mjs")
                .current_dir(tests)
                .env("SEASENSE_PAGE_URL", format!("https://seasense.localhost:{}/", self.port()))
                .env("SEASENSE_CA_FILE", self.authority()),
        );
        eprintln!("{}\n{}", run.stdout, run.stderr);
        run
    }

    /// Returns every certificate in the cluster, with its namespace and name.
    pub fn certificates(&self) -> String {
        let each =
            r#"jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {.data.tls\.crt}{"\n"}{end}"#;
        self.kubectl(&["get", "secrets", "-A", "--field-selector", "type=kubernetes.io/tls", "-o", each])
    }

    pub fn kubectl(&self, args: &[&str]) -> String {
        self.kubectl_in(&self.cluster(), args)
    }

    /// Like [`Self::kubectl`], in any cluster of this machine.
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

    /// Runs a query on the primary.
    pub fn sql(&self, query: &str) -> String {
        self.sql_in(&self.cluster(), query)
    }

    /// Like [`Self::sql`], in any cluster of this machine.
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
}
