//! `seasense infra`: what an environment runs on at Scaleway.

mod apply;
mod destroy;
mod handover;
mod plan;
mod scale;
mod show;

use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use clap::ValueEnum;
use serde_json::Value;

use super::{Context, json::Json};
use crate::{
    base::failure::{Failure, Kind, Result},
    cloud::{DestroyOptions, InfraContext, State, cost},
    config::{CloudKeys, HostDirs, Infrastructure, Prices},
};

/// Arguments of `seasense infra`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Show what would be made, changed and removed, and do none of it
    Plan {
        #[command(flatten)]
        target: Target,
        /// Write the plan for others to read, for example `seasense cost --plan`: JSON as OpenTofu writes it, without secrets
        #[arg(long, value_name = "FILE")]
        save: Option<PathBuf>,
        #[command(flatten)]
        json: Json,
    },
    /// Make and change what the modules say, then see that Flux follows the digest of the environment's lock file
    Apply {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        sure: ConfirmArgs,
        #[command(flatten)]
        json: Json,
    },
    /// Remove the environment, what Kubernetes made of its own too, and tell everything that is left and paid for
    Destroy {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        sure: ConfirmArgs,
        /// Remove the bucket of the backups as well, with every backup in it
        #[arg(long)]
        with_backups: bool,
        /// Wait so long for what goes slowly before it counts as left
        #[arg(long, default_value_t = 120, value_name = "SECONDS")]
        wait: u64,
        #[command(flatten)]
        json: Json,
    },
    /// Tell the pools how many nodes to have: none in off hours, or what the environment's file says
    Scale {
        #[command(flatten)]
        target: Target,
        /// How many
        #[arg(long, value_enum, value_name = "HOW")]
        to: Nodes,
        #[command(flatten)]
        json: Json,
    },
}

/// Which environment, and where its state is.
#[derive(Debug, clap::Args)]
struct Target {
    /// Environment: the name of a file in `infra/scaleway/envs/`
    #[arg(value_name = "ENVIRONMENT")]
    environment: String,
    /// Where OpenTofu's state is kept
    #[arg(long, value_enum, default_value_t = Where::Bucket, env = "SEASENSE_INFRA_STATE", value_name = "WHERE")]
    state: Where,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Where {
    /// In a bucket at Scaleway, locked and encrypted
    Bucket,
    /// In a file on this machine: for rehearsals only
    File,
}

/// The answer that was given before the question.
#[derive(Debug, Clone, Copy, clap::Args)]
struct ConfirmArgs {
    /// Do it without asking
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Nodes {
    /// No node at all; volumes stay
    Zero,
    /// What the environment's file says
    Normal,
}

/// Runs one of the actions.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    match args.action {
        Action::Plan { target, save, json } => plan::run(context, &target, save.as_deref(), json).await,
        Action::Apply { target, sure, json } => apply::run(context, &target, sure, json).await,
        Action::Destroy { target, sure, with_backups, wait, json } => {
            let manner = DestroyOptions { with_backups, settle: Duration::from_secs(wait) };
            destroy::run(context, &target, sure, manner, json).await
        }
        Action::Scale { target, to, json } => scale::run(context, &target, to, json).await,
    }
}

impl Target {
    fn context(&self, context: &Context<'_>) -> Result<InfraContext> {
        let project = context.project()?;
        Ok(InfraContext {
            wanted: Infrastructure::load(&project, &self.environment)?,
            credentials: CloudKeys::from_environment()?,
            dirs: HostDirs::from_environment()?,
            events: Arc::clone(context.ui.events()),
            state: match self.state {
                Where::Bucket => State::Bucket,
                Where::File => State::File,
            },
            cores: std::thread::available_parallelism().map_or(2, usize::from),
            project,
        })
    }
}

/// What the environment costs a month once `plan` is carried out, EUR without VAT.
fn price(infra: &InfraContext, plan: &Value) -> Result<f64> {
    let prices = Prices::load(&infra.project)?;
    let items = cost::of_plan(plan, &infra.wanted, &prices)?;
    cost::monthly(&items, &infra.wanted, &prices)
}

impl ConfirmArgs {
    /// Tells what will be done and asks whether to do it.
    fn consent(self, context: &Context<'_>, told: &str, question: &str) -> Result<()> {
        context.ui.message(told);
        if self.yes {
            return Ok(());
        }
        match context.ui.confirm(question) {
            Some(true) => Ok(()),
            Some(false) => {
                Err(Failure::new(Kind::Interrupted, "nothing was changed").because("the answer was not yes"))
            }
            None => Err(Failure::new(Kind::Usage, "nobody can be asked")
                .because("standard input is no terminal")
                .hint("say `--yes` if you mean it; `seasense infra plan` shows what it means")),
        }
    }
}
