//! The `seasense` command: parse, run, say how it ended.

use std::process::ExitCode;

use clap::Parser;
use seasense::cli::{Cli, run};

fn main() -> ExitCode {
    run(Cli::parse())
}
