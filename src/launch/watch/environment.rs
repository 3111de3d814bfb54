//! Applies a changed environment file, except for settings that a running cluster cannot change.

use super::Session;
use crate::{
    base::{failure::Result, wait::Deadline},
    config::Environment,
    phases::{self, Follow},
};

impl Session<'_> {
    /// Reads the environment file again and applies its variables and fleet settings; returns the text to
    /// report.
    pub(super) async fn reload(&mut self, deadline: Deadline) -> Result<Option<String>> {
        let project = &self.quiet.project;
        let desired = Environment::load(project, self.environment.name())?;
        let fixed = desired.fixed_differences(&self.environment);
        if !fixed.is_empty() {
            self.warn(&format!(
                "{}: a running cluster cannot change this, so nothing of `envs/{}.toml` is applied; run `seasense down` \
                 and `seasense dev`, or revert the change",
                fixed.join(", "),
                desired.name()
            ));
            return Ok(None);
        }
        let key = desired.age_key(project)?;
        let variables = desired.to_variables();
        self.progress("applying the environment's variables");
        phases::apply_settings(&self.client, &variables, &key).await?;
        self.environment = desired;
        phases::request_reconcile_all(&self.client, &jiff::Timestamp::now().to_string()).await?;
        phases::follow(&self.client, Follow { digest: &self.followed, deadline }, &self.quiet.events).await?;
        self.ensure_fleet(deadline).await?;
        Ok(Some(format!("environment live after {}", self.elapsed())))
    }
}
