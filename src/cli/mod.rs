//! The command line: a file per command with its arguments and the rendering of its result.

mod artifact;
mod ci;
mod completions;
mod context;
mod cost;
mod dev;
mod diagnose;
mod diff;
mod doctor;
mod down;
mod duration_argument;
mod gc;
mod history;
mod images;
mod infra;
mod interrupt;
mod json;
mod lock;
mod logs;
mod ls;
mod man;
mod open;
mod parity;
mod pause;
mod promote;
pub mod reference;
mod render;
mod resume;
mod rollback;
mod snapshot;
mod status;
mod timing;
mod trust;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use self::context::Context;
use crate::{
    base::failure::{Failure, Kind, Result},
    ui::{Output, Ui},
};

/// Run the SeaSense production platform on this machine
#[derive(Debug, Parser)]
#[command(name = "seasense", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, clap::Args)]
pub(crate) struct Global {
    /// Environment: the name of a file in `envs/`, or `rehearsal-NAME`
    #[arg(long = "env", global = true, default_value = "local", env = "SEASENSE_ENV", value_name = "NAME")]
    environment: String,
    /// Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]
    #[arg(long, global = true, env = "SEASENSE_PROJECT", value_name = "DIR")]
    project: Option<PathBuf>,
    /// Format of the progress on standard error
    #[arg(long, global = true, value_enum, default_value_t, env = "SEASENSE_OUTPUT", value_name = "HOW")]
    output: Output,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the environment, or bring it up to date, and verify it
    Dev(dev::Args),
    /// Run a command against an ephemeral environment
    Ci(ci::Args),
    /// Remove the environment
    Down(down::Args),
    /// Stop the environment and keep its data
    Pause(pause::Args),
    /// Resume a paused environment and verify it
    Resume(resume::Args),
    /// Save and load snapshots of the database
    Snapshot(snapshot::Args),
    /// Promote an artifact digest to an environment
    Promote(promote::Args),
    /// Roll back to a previously verified digest
    Rollback(rollback::Args),
    /// Show the history of promotions and rollbacks and check its signatures
    History(history::Args),
    /// Show the state of the environment and its problems
    Status(status::Args),
    /// List the environments of this machine
    Ls(ls::Args),
    /// Remove orphaned environments
    Gc(gc::Args),
    /// Show the logs of one part of the platform
    Logs(logs::Args),
    /// Open the public page in a browser
    Open(open::Args),
    /// Build, pull, list and verify images and upstream manifests
    Images(images::Args),
    /// Create, change and remove the infrastructure of an environment at Scaleway
    Infra(infra::Args),
    /// Print the manifests as Flux gets them
    Render(render::Args),
    /// Compare two environments, commits, artifacts or the work tree
    Diff(diff::Args),
    /// Check that environments differ only in reviewed variables
    Parity(parity::Args),
    /// Publish the platform artifact
    Artifact(artifact::Args),
    /// Show the monthly cost of environments and check their budgets
    Cost(cost::Args),
    /// Install or remove trust in the environment's certificate authority
    Trust(trust::Args),
    /// Check that this machine can run the platform
    Doctor(doctor::Args),
    /// Collect a diagnostics bundle without secrets
    Diagnose(diagnose::Args),
    /// Show how long the steps of the last `dev` took
    Timing(timing::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Print or write the manual pages
    Man(man::Args),
}

/// Runs one command to its exit code.
pub fn run(cli: Cli) -> ExitCode {
    let ui = Ui::new(cli.global.output);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    let result = match runtime {
        Ok(runtime) => {
            let ending = interrupt::Ending::default();
            // `ci` removes its environment after a signal, so it handles signals itself.
            let guarded = !matches!(cli.command, Command::Ci(_));
            let attached = matches!(cli.command, Command::Promote(_) | Command::Rollback(_));
            let hints = if attached { &interrupt::ATTACHED[..] } else { &interrupt::LOCAL };
            let work = Box::pin(dispatch(&ui, ending.clone(), cli));
            let result = runtime.block_on(async {
                if guarded { interrupt::guard(&ui, &ending, hints, work).await } else { work.await }
            });
            // A blocking task must not delay the end: each can be dropped at any moment.
            runtime.shutdown_background();
            result
        }
        Err(error) => Err(Failure::new(Kind::Internal, "start the async runtime").caused_by(&error)),
    };
    match result {
        Ok(code) => code,
        Err(failure) => {
            ui.fail(&failure);
            ExitCode::from(failure.kind.exit_code())
        }
    }
}

async fn dispatch(ui: &Ui, ending: interrupt::Ending, cli: Cli) -> Result<ExitCode> {
    let context = Context::new(ui, ending, cli.global);
    match cli.command {
        Command::Dev(args) => Box::pin(dev::run(&context, args)).await,
        Command::Ci(args) => Box::pin(ci::run(&context, args)).await,
        Command::Down(args) => down::run(&context, args).await,
        Command::Pause(args) => pause::run(&context, args).await,
        Command::Resume(args) => resume::run(&context, args).await,
        Command::Snapshot(args) => snapshot::run(&context, args).await,
        Command::Promote(args) => Box::pin(promote::run(&context, args)).await,
        Command::Rollback(args) => Box::pin(rollback::run(&context, args)).await,
        Command::History(args) => history::run(&context, args).await,
        Command::Status(args) => status::run(&context, args).await,
        Command::Ls(args) => ls::run(&context, args).await,
        Command::Gc(args) => gc::run(&context, args).await,
        Command::Logs(args) => logs::run(&context, args).await,
        Command::Open(args) => open::run(&context, args).await,
        Command::Images(args) => images::run(&context, args).await,
        Command::Infra(args) => Box::pin(infra::run(&context, args)).await,
        Command::Render(args) => render::run(&context, args).await,
        Command::Diff(args) => Box::pin(diff::run(&context, args)).await,
        Command::Parity(args) => Box::pin(parity::run(&context, args)).await,
        Command::Artifact(args) => artifact::run(&context, args).await,
        Command::Cost(args) => cost::run(&context, &args),
        Command::Trust(args) => trust::run(&context, args).await,
        Command::Doctor(args) => doctor::run(&context, args).await,
        Command::Diagnose(args) => diagnose::run(&context, args).await,
        Command::Timing(args) => timing::run(&context, &args),
        Command::Completions(args) => Ok(completions::run(&context, &args)),
        Command::Man(args) => man::run(&context, &args),
    }
}
