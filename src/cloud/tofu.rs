//! Runs OpenTofu: keys reach it through its environment only, and nothing it writes is shown before it was cleaned.

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

/// A cluster takes five minutes, its nodes another five; retries of a slow API come on top.
const APPLY_LIMIT: Duration = Duration::from_hours(1);
const LOOK_LIMIT: Duration = Duration::from_mins(20);
const CHANGE: &str = "change the infrastructure";
/// Another run holds the lock for as long as a change takes; a person who waits longer should know.
const LOCK_WAIT: &str = "-lock-timeout=120s";

/// OpenTofu in one workspace.
pub struct Tofu<'a> {
    context: &'a InfraContext,
    programs: Programs,
    /// The folder it works in.
    pub workspace: Workspace,
    root: Root,
}

impl<'a> Tofu<'a> {
    /// OpenTofu with its provider, in a workspace that is initialised.
    pub async fn ready(context: &'a InfraContext, root: Root) -> Result<Self> {
        let programs = programs::programs(context).await?;
        let workspace = Workspace::prepare(context, &programs, root)?;
        let mut tofu = Self { context, programs, workspace, root };
        let step = Step::start(&context.events, "infra.init", "Prepare OpenTofu and the provider");
        if tofu.workspace.is_initialised(&tofu.programs) {
            step.unchanged("it is prepared");
            return Ok(tofu);
        }
        if let Err(failure) = tofu.init().await {
            if tofu.programs.provider.is_some() || !names_the_registry(&failure) {
                return Err(failure);
            }
            tofu.programs = programs::with_provider(context, tofu.programs.clone()).await?;
            tofu.workspace = Workspace::prepare(context, &tofu.programs, root)?;
            tofu.init().await?;
        }
        tofu.workspace.initialised(&tofu.programs)?;
        step.done("");
        Ok(tofu)
    }

    async fn init(&self) -> Result<()> {
        // The backend of an environment is what the options say now, whatever it was when the folder was made.
        let args = ["init", "-input=false", "-no-color", "-reconfigure", "-upgrade"];
        self.run(&args, LOOK_LIMIT, "prepare OpenTofu", None).await.map(drop)
    }

    /// Makes a plan and leaves it in the workspace; gives it as JSON. It holds secrets: show nothing of it unread.
    pub async fn plan(&self, variables: &[String], step: &Step) -> Result<Value> {
        let out = format!("-out={}", self.workspace.plan.display());
        let file = format!("-var-file={}", self.workspace.variables(&self.context.wanted).display());
        let mut args = vec!["plan", "-input=false", "-no-color", LOCK_WAIT, &out];
        if matches!(self.root, Root::Environment(_)) {
            args.push(&file);
        }
        args.extend(variables.iter().map(String::as_str));
        self.run(&args, LOOK_LIMIT, "plan the infrastructure", Some(step)).await?;
        let plan = self.workspace.plan.display().to_string();
        let shown =
            self.run(&["show", "-json", "-no-color", &plan], LOOK_LIMIT, "read the plan", None).await?;
        serde_json::from_str(&shown.stdout).context(Kind::Internal, "read OpenTofu's plan")
    }

    /// Carries out the plan that was made last.
    pub async fn apply(&self, step: &Step) -> Result<()> {
        let plan = self.workspace.plan.display().to_string();
        let args = ["apply", "-input=false", "-no-color", LOCK_WAIT, &plan];
        let applied = self.run(&args, APPLY_LIMIT, CHANGE, Some(step)).await;
        // It is spent, and it holds secrets.
        let _ = std::fs::remove_file(&self.workspace.plan);
        applied.map(drop)
    }

    /// The outputs of what was applied last, by name; `None` where nothing was.
    pub async fn outputs(&self) -> Result<Option<Value>> {
        let args = ["output", "-json", "-no-color"];
        let told = self.run(&args, LOOK_LIMIT, "read the outputs", None).await?;
        let outputs: Value =
            serde_json::from_str(&told.stdout).context(Kind::Internal, "read OpenTofu's outputs")?;
        Ok(outputs.as_object().is_some_and(|map| !map.is_empty()).then_some(outputs))
    }

    async fn run(&self, args: &[&str], limit: Duration, what: &str, step: Option<&Step>) -> Result<Captured> {
        let invocation = self.invocation().args(args.iter().copied()).limit(limit);
        let ended = invocation
            .watch(|line| {
                if let (Some(step), Some(text)) = (step, news(&line.text)) {
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
            // The backend speaks S3 and knows no other names for the same keys.
            .env("AWS_ACCESS_KEY_ID", keys.access_key.reveal())
            .env("AWS_SECRET_ACCESS_KEY", keys.secret_key.reveal())
            .env("AWS_REGION", &context.wanted.region)
            // Sums that only Amazon asks for make requests that others refuse.
            .env("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
            .env("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required");
        let invocation = match &keys.passphrase {
            Some(secret) => invocation.env("TF_ENCRYPTION", backend::encryption(secret.reveal())),
            None => invocation.unset("TF_ENCRYPTION"),
        };
        // What a person set for runs of their own must not change what these runs do, nor write what they say to a file.
        let foreign = ["TF_CLI_ARGS", "TF_LOG", "TF_LOG_PATH", "TF_WORKSPACE", "TF_DATA_DIR", "AWS_PROFILE"];
        // The provider brings a client of its own for objects, which cannot take these; it reads the system's store.
        let foreign = foreign.into_iter().chain(["AWS_CA_BUNDLE"]);
        foreign.fold(invocation, Invocation::unset).unset("AWS_SESSION_TOKEN").unset("SCW_PROFILE")
    }

    fn explain(&self, error: ToolError, what: &str) -> Failure {
        let mut failure = error.into_failure(Kind::Cluster, what);
        let secrets = self.context.credentials.secrets();
        failure.causes = failure.causes.iter().map(|cause| redact(&plain(cause), &secrets)).collect();
        let said = |words: &str| failure.causes.iter().any(|cause| cause.contains(words));
        if said("Error acquiring the state lock") {
            return failure.hint(
                "another run changes this environment; wait for it, or see who with `seasense infra plan`",
            );
        }
        if said("decryption failed") || said("encryption configuration") {
            return failure.hint("the state was written with another `SEASENSE_STATE_PASSPHRASE`");
        }
        if said("401") || said("denied authentication") {
            return failure
                .hint("Scaleway does not take the keys: look at SCW_ACCESS_KEY and SCW_SECRET_KEY");
        }
        if what == CHANGE {
            return failure.hint("run the command again: what was made is known, and the rest is made then");
        }
        failure
    }
}

/// Whether OpenTofu could not get the provider from its registry.
fn names_the_registry(failure: &Failure) -> bool {
    let signs = [
        "Failed to query available provider packages",
        "Failed to install provider",
        "registry.opentofu.org",
    ];
    failure.causes.iter().any(|cause| signs.iter().any(|sign| cause.contains(sign)))
}

/// What a line of OpenTofu's tells about the work; its explanations and its frames are for nobody.
fn news(line: &str) -> Option<&str> {
    let line = line.trim();
    let verbs = [
        "Creating...",
        "Creation complete",
        "Modifying...",
        "Destroying...",
        "Destruction complete",
        "Still ",
    ];
    let told = line.split_once(": ").is_some_and(|(_, rest)| verbs.iter().any(|verb| rest.starts_with(verb)));
    (told || line.starts_with("Error: ")).then_some(line)
}

/// OpenTofu frames what it says of errors.
fn plain(text: &str) -> String {
    let frame = |c: char| matches!(c, '╷' | '│' | '╵' | ' ');
    let lines = text.lines().map(|line| line.trim_start_matches(frame).trim_end());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_done_is_told() {
        let line = "module.network.scaleway_vpc.this: Creation complete after 1s [id=fr-par/1]";
        assert_eq!(news(line), Some(line));
        assert_eq!(
            news("OpenTofu used the selected providers to generate the following execution plan."),
            None
        );
        assert_eq!(news("  + create"), None);
    }

    #[test]
    fn errors_come_without_their_frame() {
        assert_eq!(plain("╷\n│ Error: no\n│ \n│   with x,\n╵\n"), "Error: no\nwith x,");
    }

    #[test]
    fn a_registry_that_does_not_answer_is_told_from_a_wrong_module() {
        let failure = |cause: &str| Failure::new(Kind::Cluster, "prepare OpenTofu").because(cause);
        assert!(names_the_registry(&failure("Error: Failed to query available provider packages")));
        assert!(!names_the_registry(&failure("Error: Unsupported argument")));
    }
}
