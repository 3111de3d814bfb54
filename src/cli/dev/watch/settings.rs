//! A changed environment file: what a running cluster can follow, it follows.

use super::session::Session;
use crate::{
    base::{failure::Result, wait::Deadline},
    config::Environment,
    phases::{self, Follow},
};

impl Session<'_> {
    /// Reads the environment again and makes its variables and its fleet felt; gives what to say of it.
    pub(super) async fn reload(&mut self, deadline: Deadline) -> Result<Option<String>> {
        let project = &self.quiet.project;
        let wanted = Environment::load(project, self.environment.name())?;
        let fixed = wanted.fixed_differences(&self.environment);
        if !fixed.is_empty() {
            self.warn(&format!(
                "{}: a running cluster keeps what it was made with. Nothing of `envs/{}.toml` is applied until \
                 `seasense down` and `seasense dev` have made it anew, or the change is taken back",
                fixed.join(", "),
                wanted.name()
            ));
            return Ok(None);
        }
        let key = wanted.age_key(project)?;
        let variables = wanted.to_variables();
        self.progress("applying the environment's variables");
        phases::apply_settings(&self.client, &variables, &key).await?;
        self.environment = wanted;
        phases::request_reconcile_all(&self.client, &jiff::Timestamp::now().to_string()).await?;
        phases::follow(&self.client, Follow { digest: &self.told, deadline }, &self.quiet.events).await?;
        self.replace_fleet(deadline).await?;
        Ok(Some(format!("environment live after {}", self.so_far())))
    }
}
