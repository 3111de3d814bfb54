//! `seasense completions`: prints a completion script for a shell.

use std::process::ExitCode;

use clap_complete::Shell;

use super::{Context, reference};

/// Arguments of `seasense completions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script.
pub fn run(context: &Context<'_>, args: &Args) -> ExitCode {
    context.ui.data(&String::from_utf8_lossy(&reference::completions(args.shell)));
    ExitCode::SUCCESS
}
