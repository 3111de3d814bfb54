//! `seasense open`: opens the public page in a browser.

use std::process::ExitCode;

use super::Context;
use crate::{
    base::{
        failure::{Failure, Kind, Result},
        tool::{self, Invocation},
    },
    workloads,
};

/// Arguments of `seasense open`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the URL instead of opening it
    #[arg(long)]
    print: bool,
}

/// The programs that open a URL, in order of preference.
const OPENERS: [&str; 4] = ["xdg-open", "open", "wslview", "gio"];

/// Opens the page, or prints its URL.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment(&project)?;
    let (host, port) = (environment.variables.hostname.get_ref(), environment.https_port());
    let address = format!("{}/", workloads::public_url(host, port));
    if args.print {
        context.ui.data(&format!("{address}\n"));
        return Ok(ExitCode::SUCCESS);
    }
    let opener = OPENERS.iter().find(|name| tool::locate(name).is_ok()).ok_or_else(|| {
        Failure::new(Kind::Tool, "cannot find a program that opens a browser")
            .because(format!("none of {} is on PATH", OPENERS.join(", ")))
            .hint(format!("open {address} in a browser"))
    })?;
    let mut invocation = Invocation::new(*opener);
    if *opener == "gio" {
        invocation = invocation.arg("open");
    }
    invocation
        .arg(&address)
        .capture()
        .await
        .map_err(|error| error.into_failure(Kind::Tool, format!("open {address}")))?;
    Ok(ExitCode::SUCCESS)
}
