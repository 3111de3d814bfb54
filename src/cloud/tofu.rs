//! Runs OpenTofu. It gets keys only through environment variables, and its output is redacted before it is
//! shown.

use std::time::Duration;

use serde_json::Value;

use super::{
    InfraContext, backend,
    programs::{self, Programs},
    redact::redact,
    workspace::Workspace,
};

pub use super::workspace::Root;
use crate::base::{
    event::Step,
    failure::{Context, Failure, Kind, Result},
    tool::{Captured, Invocation, ToolError},
};

/// The time limit of an apply: five minutes for a cluster, five for its nodes, and retries of a slow API.
const APPLY_LIMIT: Duration = Duration::from_hours(1);
const READ_LIMIT: Duration = Duration::from_mins(20);
const APPLY: &str = "cannot change the infrastructure";
/// The longest wait for the state lock. After it, the user should decide.
const LOCK_WAIT: &str = "-lock-timeout=120s";

/// OpenTofu in one workspace.
pub struct Tofu<'a> {
    context: &'a InfraContext,
    programs: Programs,
    /// Its working directory.
    pub workspace: Workspace,
    root: Root,
}

impl<'a> Tofu<'a> {
    /// OpenTofu with its provider, in an initialised workspace.
    pub async fn ready(context: &'a InfraContext, root: Root) -> Result<Self> {
        let programs = programs::programs(context).await?;
        let workspace = Workspace::prepare(context, &programs, root)?;
        let mut tofu = Self { context, programs, workspace, root };
        let step = Step::start(&context.events, "infra.init", "Prepare OpenTofu and the provider");
        if tofu.workspace.is_initialised(&tofu.programs) {
            step.unchanged("already prepared");
            return Ok(tofu);
        }
        if let Err(failure) = tofu.init().await {
            if tofu.programs.provider.is_some() || !is_registry_failure(&failure) {
                return Err(failure);
            }
            tofu.programs = programs::with_provider(context, tofu.programs.clone()).await?;
            tofu.workspace = Workspace::prepare(context, &tofu.programs, root)?;
            tofu.init().await?;
        }
        tofu.workspace.record_initialised(&tofu.programs)?;
        step.done("");
        Ok(tofu)
    }

    async fn init(&self) -> Result<()> {
        // Reconfigure: the backend may differ from the one of an earlier run.
        let args = ["init", "-input=false", "-no-color", "-reconfigure", "-upgrade"];
        self.run(&args, READ_LIMIT, "cannot prepare OpenTofu", None).await.map(drop)
    }

    /// Creates a plan file in the workspace and returns the plan as JSON, which contains secrets: redact it
    /// before use.
    pub async fn plan(&self, variables: &[String], step: &Step) -> Result<Value> {
        let out = format!("-out={}", self.workspace.plan.display());
        let file = format!("-var-file={}", self.workspace.variables(&self.context.infrastructure).display());
        let mut args = vec!["plan", "-input=false", "-no-color", LOCK_WAIT, &out];
        if matches!(self.root, Root::Environment(_)) {
            args.push(&file);
        }
        args.extend(variables.iter().map(String::as_str));
        self.run(&args, READ_LIMIT, "cannot plan the infrastructure", Some(step)).await?;
        let plan = self.workspace.plan.display().to_string();
        let output = self
            .run(&["show", "-json", "-no-color", &plan], READ_LIMIT, "cannot read the plan", None)
            .await?;
        serde_json::from_str(&output.stdout).context(Kind::Internal, "cannot parse OpenTofu's plan")
    }

    /// Applies the last plan.
    pub async fn apply(&self, step: &Step) -> Result<()> {
        let plan = self.workspace.plan.display().to_string();
        let args = ["apply", "-input=false", "-no-color", LOCK_WAIT, &plan];
        let applied = self.run(&args, APPLY_LIMIT, APPLY, Some(step)).await;
        // It cannot be applied twice, and it contains secrets.
        let _ = std::fs::remove_file(&self.workspace.plan);
        applied.map(drop)
    }

    /// The outputs of the last apply, by name; `None` if nothing was applied.
    pub async fn outputs(&self) -> Result<Option<Value>> {
        let args = ["output", "-json", "-no-color"];
        let output = self.run(&args, READ_LIMIT, "cannot read the outputs", None).await?;
        let outputs: Value = serde_json::from_str(&output.stdout)
            .context(Kind::Internal, "cannot parse OpenTofu's outputs")?;
        Ok(outputs.as_object().is_some_and(|map| !map.is_empty()).then_some(outputs))
    }

    async fn run(&self, args: &[&str], limit: Duration, what: &str, step: Option<&Step>) -> Result<Captured> {
        let invocation = self.invocation().args(args.iter().copied()).limit(limit);
        let ended = invocation
            .watch(|line| {
                if let (Some(step), Some(text)) = (step, progress_line(&line.text)) {
                    step.progress(0, None, redact(text, &self.context.credentials.secrets()));
                }
            })
            .await;
        ended.map_err(|error| self.explain(error, what))
    }

    fn invocation(&self) -> Invocation {
        let (context, keys) = (self.context, &self.context.credentials);
        let invocation = Invocation::new(&self.programs.tofu)
            .cwd(&self.workspace.folder)
            .env("TF_CLI_CONFIG_FILE", &self.workspace.settings)
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .env("SCW_CONFIG_PATH", &self.workspace.scaleway)
            .env("SCW_ACCESS_KEY", keys.access_key.reveal())
            .env("SCW_SECRET_KEY", keys.secret_key.reveal())
            .env("SCW_DEFAULT_PROJECT_ID", &keys.project)
            .env("SCW_DEFAULT_ORGANIZATION_ID", &keys.organization)
            .env("SCW_API_URL", &keys.api)
            // The S3 backend uses other variables for the same keys.
            .env("AWS_ACCESS_KEY_ID", keys.access_key.reveal())
            .env("AWS_SECRET_ACCESS_KEY", keys.secret_key.reveal())
            .env("AWS_REGION", &context.infrastructure.region)
            // The additional checksums of the AWS SDK are rejected by other services.
            .env("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
            .env("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required");
        let invocation = match &keys.passphrase {
            Some(secret) => invocation.env("TF_ENCRYPTION", backend::encryption(secret.reveal())),
            None => invocation.unset("TF_ENCRYPTION"),
        };
        // The user's own settings must not change these runs or write their output to a file.
        let inherited =
            ["TF_CLI_ARGS", "TF_LOG", "TF_LOG_PATH", "TF_WORKSPACE", "TF_DATA_DIR", "AWS_PROFILE"];
        // The provider's own object client does not support this variable; it reads the system's trust store.
        let inherited = inherited.into_iter().chain(["AWS_CA_BUNDLE"]);
        inherited.fold(invocation, Invocation::unset).unset("AWS_SESSION_TOKEN").unset("SCW_PROFILE")
    }

    fn explain(&self, error: ToolError, what: &str) -> Failure {
        let mut failure = error.into_failure(Kind::Cluster, what);
        let secrets = self.context.credentials.secrets();
        failure.causes = failure.causes.iter().map(|cause| redact(&without_frame(cause), &secrets)).collect();
        let contains = |text: &str| failure.causes.iter().any(|cause| cause.contains(text));
        if contains("Error acquiring the state lock") {
            return failure.hint("another run changes this environment; wait until it ends");
        }
        if contains("decryption failed") || contains("encryption configuration") {
            return failure.hint("set the `SEASENSE_STATE_PASSPHRASE` that the state was written with");
        }
        if contains("401") || contains("denied authentication") {
            return failure.hint("Scaleway rejects the keys: check SCW_ACCESS_KEY and SCW_SECRET_KEY");
        }
        if what == APPLY {
            return failure.hint("run the command again: it continues with the remaining resources");
        }
        failure
    }
}

/// Whether OpenTofu could not download the provider from its registry.
fn is_registry_failure(failure: &Failure) -> bool {
    let messages = [
        "Failed to query available provider packages",
        "Failed to install provider",
        "registry.opentofu.org",
    ];
    failure.causes.iter().any(|cause| messages.iter().any(|message| cause.contains(message)))
}

/// Returns a line of OpenTofu's output that reports progress or an error; other lines are skipped.
fn progress_line(line: &str) -> Option<&str> {
    let line = line.trim();
    let verbs = [
        "Creating...",
        "Creation complete",
        "Modifying...",
        "Destroying...",
        "Destruction complete",
        "Still ",
    ];
    let is_progress =
        line.split_once(": ").is_some_and(|(_, rest)| verbs.iter().any(|verb| rest.starts_with(verb)));
    (is_progress || line.starts_with("Error: ")).then_some(line)
}

/// Removes the frame that OpenTofu draws around errors.
fn without_frame(text: &str) -> String {
    let frame = |c: char| matches!(c, '╷' | '│' | '╵' | ' ');
    let lines = text.lines().map(|line| line.trim_start_matches(frame).trim_end());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_progress_lines_are_shown() {
        let line = "module.network.scaleway_vpc.this: Creation complete after 1s [id=fr-par/1]";
        assert_eq!(progress_line(line), Some(line));
        assert_eq!(
            progress_line("OpenTofu used the selected providers to generate the following execution plan."),
            None
        );
        assert_eq!(progress_line("  + create"), None);
    }

    #[test]
    fn errors_have_no_frame() {
        assert_eq!(without_frame("╷\n│ Error: no\n│ \n│   with x,\n╵\n"), "Error: no\nwith x,");
    }

    #[test]
    fn registry_failure_differs_from_an_invalid_module() {
        let failure = |cause: &str| Failure::new(Kind::Cluster, "prepare OpenTofu").because(cause);
        assert!(is_registry_failure(&failure("Error: Failed to query available provider packages")));
        assert!(!is_registry_failure(&failure("Error: Unsupported argument")));
    }
}
