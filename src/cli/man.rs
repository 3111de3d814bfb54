//! `seasense man`: prints or writes the manual pages.

use std::{path::PathBuf, process::ExitCode};

use super::{Context, reference};
use crate::base::failure::{Context as _, Kind, Result};

/// Arguments of `seasense man`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write every page to this directory, created if missing, instead of printing `seasense.1`
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Prints the page of the program, or writes all pages.
pub fn run(context: &Context<'_>, args: &Args) -> Result<ExitCode> {
    let pages = reference::pages().context(Kind::Internal, "write the manual pages")?;
    let Some(folder) = &args.dir else {
        context
            .ui
            .data(&pages.get("seasense.1").map(|page| String::from_utf8_lossy(page)).unwrap_or_default());
        return Ok(ExitCode::SUCCESS);
    };
    let what = || format!("write the manual pages to `{}`", folder.display());
    std::fs::create_dir_all(folder).with_context(Kind::Tool, what)?;
    for (name, page) in &pages {
        std::fs::write(folder.join(name), page).with_context(Kind::Tool, what)?;
    }
    context.ui.message(&format!("{} pages in {}\n", pages.len(), folder.display()));
    Ok(ExitCode::SUCCESS)
}
