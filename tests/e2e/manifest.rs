//! The manifest that the tests edit: its `progressDeadlineSeconds` can change without an effect on users.

use std::{fmt::Display, fs};

use crate::test_env::TestEnv;

pub const MANIFEST: &str = "gitops/apps/frontend/deployment.yaml";
pub const FIELD: &str = "progressDeadlineSeconds: ";

pub const SERVICE: &str = "gitops/apps/frontend/service.yaml";
/// A Service that exists cannot become headless: only the cluster refuses it.
pub const HEADLESS: &str = "spec:\n  clusterIP: None\n";

impl TestEnv {
    /// The deadline in the manifest.
    pub fn deadline(&self) -> u32 {
        self.deadline_text().parse().unwrap()
    }

    /// Replaces the deadline in the manifest; `value` may be invalid.
    pub fn set_deadline(&self, value: impl Display) {
        self.edit(MANIFEST, &format!("{FIELD}{}", self.deadline_text()), &format!("{FIELD}{value}"));
    }

    /// The deadline of the Deployment in the cluster.
    pub fn deployed_deadline(&self) -> String {
        let path = "jsonpath={.spec.progressDeadlineSeconds}";
        self.kubectl(&["get", "deployment", "frontend", "-n", "seasense", "-o", path])
    }

    fn deadline_text(&self) -> String {
        let text = fs::read_to_string(self.project().join(MANIFEST)).unwrap();
        let line = text.lines().find_map(|line| line.trim_start().strip_prefix(FIELD));
        line.unwrap_or_else(|| panic!("{MANIFEST} contains no `{FIELD}`")).to_owned()
    }
}
