//! The command line: one file per verb, each with its arguments and what it does.

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
mod span;
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

/// Run the whole SeaSense production platform on this machine
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
    /// Environment to work on: the name of a file in `envs/`
    #[arg(long = "env", global = true, default_value = "local", env = "SEASENSE_ENV", value_name = "NAME")]
    environment: String,
    /// Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]
    #[arg(long, global = true, env = "SEASENSE_PROJECT", value_name = "DIR")]
    project: Option<PathBuf>,
    /// How to show progress on standard error
    #[arg(long, global = true, value_enum, default_value_t, env = "SEASENSE_OUTPUT", value_name = "HOW")]
    output: Output,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bring the environment up, or up to date, and prove that it works
    Dev(dev::Args),
    /// Bring up an environment of its own, check it, run a command against it, and remove it whatever happens
    Ci(ci::Args),
    /// Remove the environment and prove that nothing is left
    Down(down::Args),
    /// Free the machine: stop everything, keep data and certificates
    Pause(pause::Args),
    /// Wake a paused environment exactly as it was, and prove that it works
    Resume(resume::Args),
    /// Keep the database's state under a name, and go back to it
    Snapshot(snapshot::Args),
    /// Bring the digest that the environment before has run: gates, a commit, a watch, and back by itself where it is worse
    Promote(promote::Args),
    /// Bring back a digest that was verified before
    Rollback(rollback::Args),
    /// Show who brought what to an environment, when, how it was verified, and whether the signatures hold
    History(history::Args),
    /// Say what runs, at which digest, and what is wrong
    Status(status::Args),
    /// List every environment of this machine
    Ls(ls::Args),
    /// Remove what belongs to no living owner
    Gc(gc::Args),
    /// Show the logs of one part of the platform
    Logs(logs::Args),
    /// Open the public page in a browser
    Open(open::Args),
    /// Make, list and check the images and upstream manifests
    Images(images::Args),
    /// Make, change and remove what an environment runs on at Scaleway
    Infra(infra::Args),
    /// Print the tree exactly as Flux will get it
    Render(render::Args),
    /// Say in what two environments, commits, artifacts or the work tree differ
    Diff(diff::Args),
    /// Prove that environments differ in nothing but what was reviewed
    Parity(parity::Args),
    /// Publish what other environments are to run
    Artifact(artifact::Args),
    /// Say what environments cost a month, and whether that is within their budgets
    Cost(cost::Args),
    /// Let this machine's browsers and programs trust the environment, or take it back
    Trust(trust::Args),
    /// Check that this machine can run the platform
    Doctor(doctor::Args),
    /// Pack everything that tells why the environment is as it is, without secrets
    Diagnose(diagnose::Args),
    /// Say where the time of the last `dev` went
    Timing(timing::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Print the manual page, or write those of every command
    Man(man::Args),
}

/// Runs one command to its exit code.
pub fn run(cli: Cli) -> ExitCode {
    let ui = Ui::new(cli.global.output);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    let result = match runtime {
        Ok(runtime) => {
            let ending = interrupt::Ending::default();
            // `ci` has something to do after a signal: what it made goes.
            let guarded = !matches!(cli.command, Command::Ci(_));
            let elsewhere = matches!(cli.command, Command::Promote(_) | Command::Rollback(_));
            let hints = if elsewhere { &interrupt::ELSEWHERE[..] } else { &interrupt::HERE };
            let work = Box::pin(dispatch(&ui, ending.clone(), cli));
            let result = runtime.block_on(async {
                if guarded { interrupt::guard(&ui, &ending, hints, work).await } else { work.await }
            });
            // A blocking task must not hold the end up: everything it does is safe to cut.
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
