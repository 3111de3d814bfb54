//! The `seasense` command.

use std::process::ExitCode;

use clap::Parser;
use seasense::cli::{Cli, run};

fn main() -> ExitCode {
    run(Cli::parse())
}
