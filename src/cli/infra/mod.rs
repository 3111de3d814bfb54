//! `seasense infra`: the infrastructure of an environment at Scaleway.

mod apply;
mod destroy;
mod plan;
mod scale;
mod show;

use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use clap::ValueEnum;

use super::{Context, json::Json};
use crate::{
    base::failure::{Failure, Kind, Result},
    cloud::{DestroyOptions, InfraContext, State},
    config::{CloudKeys, HostDirs, Infrastructure},
};

/// Arguments of `seasense infra`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Show what would be created, changed and removed, without doing it
    Plan {
        #[command(flatten)]
        target: Target,
        /// Write the plan without secrets as OpenTofu JSON, for example for `seasense cost --plan`
        #[arg(long, value_name = "FILE")]
        save: Option<PathBuf>,
        #[command(flatten)]
        json: Json,
    },
    /// Apply the infrastructure modules, then deploy the digest of the environment's lock file
    Apply {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        confirm: ConfirmArgs,
        #[command(flatten)]
        json: Json,
    },
    /// Remove the environment, including resources that Kubernetes created, and list leftover resources
    Destroy {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        confirm: ConfirmArgs,
        /// Remove the backup bucket with all backups too
        #[arg(long)]
        with_backups: bool,
        /// How long to wait for slow deletions before a resource counts as left over
        #[arg(long, default_value_t = 120, value_name = "SECONDS")]
        wait: u64,
        #[command(flatten)]
        json: Json,
    },
    /// Scale the pools to zero nodes, or to the size in the environment's file
    Scale {
        #[command(flatten)]
        target: Target,
        /// Desired size
        #[arg(long, value_enum, value_name = "SIZE")]
        to: Nodes,
        #[command(flatten)]
        json: Json,
    },
}

/// The environment and the storage of its state.
#[derive(Debug, clap::Args)]
struct Target {
    /// Environment: the name of a file in `infra/scaleway/envs/`
    #[arg(value_name = "ENVIRONMENT")]
    environment: String,
    /// Where OpenTofu's state is stored
    #[arg(long, value_enum, default_value_t = StateStorage::Bucket, env = "SEASENSE_INFRA_STATE", value_name = "STORAGE")]
    state: StateStorage,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StateStorage {
    /// In a bucket at Scaleway, locked and encrypted
    Bucket,
    /// In a file on this machine, for rehearsals only
    File,
}

/// The confirmation of changes.
#[derive(Debug, Clone, Copy, clap::Args)]
struct ConfirmArgs {
    /// Make the changes without asking
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Nodes {
    /// No nodes; volumes are kept
    Zero,
    /// The size in the environment's file
    Normal,
}

/// Runs one of the actions.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    match args.action {
        Action::Plan { target, save, json } => plan::run(context, &target, save.as_deref(), json).await,
        Action::Apply { target, confirm, json } => apply::run(context, &target, confirm, json).await,
        Action::Destroy { target, confirm, with_backups, wait, json } => {
            let options = DestroyOptions { with_backups, settle: Duration::from_secs(wait) };
            destroy::run(context, &target, confirm, options, json).await
        }
        Action::Scale { target, to, json } => scale::run(context, &target, to, json).await,
    }
}

impl Target {
    fn context(&self, context: &Context<'_>) -> Result<InfraContext> {
        let project = context.project()?;
        Ok(InfraContext {
            infrastructure: Infrastructure::load(
                &project,
                &Infrastructure::parse_name(&project, &self.environment)?,
            )?,
            credentials: CloudKeys::from_environment()?,
            dirs: HostDirs::from_environment()?,
            events: Arc::clone(context.ui.events()),
            state: match self.state {
                StateStorage::Bucket => State::Bucket,
                StateStorage::File => State::File,
            },
            cores: std::thread::available_parallelism().map_or(2, usize::from),
            project,
        })
    }
}

impl ConfirmArgs {
    /// Shows the changes and asks for confirmation; fails without it.
    fn require(self, context: &Context<'_>, changes: &str, question: &str) -> Result<()> {
        context.ui.message(changes);
        if self.yes {
            return Ok(());
        }
        match context.ui.confirm(question) {
            Some(true) => Ok(()),
            Some(false) => {
                Err(Failure::new(Kind::Interrupted, "nothing was changed").because("the answer was not yes"))
            }
            None => Err(Failure::new(Kind::Usage, "cannot ask for confirmation")
                .because("standard input is not a terminal")
                .hint("add `--yes` to confirm; `seasense infra plan` shows the changes")),
        }
    }
}
