//! `seasense images`: make, list and check the images and upstream manifests.

mod prune;

use std::process::ExitCode;

use clap::ValueEnum;

use super::{Context, json::Json};
use crate::{
    base::failure::Result,
    config::Environment,
    images::{self, Lock, Mode, Scope, SupplyContext},
    launch::inputs::SupplyOptions,
    local::LocalContext,
    ui,
};

/// Where images come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum From {
    /// Ask the network quickly, and pull if it answers
    Auto,
    /// Copy the official images
    Pull,
    /// Build from Go modules, Debian and PyPI packages
    Build,
}

/// The options of every command that needs images.
#[derive(Debug, clap::Args)]
pub struct Supply {
    /// Where images come from
    #[arg(long, value_enum, default_value = "auto", env = "SEASENSE_SUPPLY", value_name = "HOW")]
    supply: From,
    /// Builds to run at once [default: the number of cores]
    #[arg(long, value_name = "NUMBER")]
    jobs: Option<usize>,
}

impl Supply {
    /// The mode that was asked for.
    pub fn mode(&self) -> Mode {
        match self.supply {
            From::Auto => Mode::Auto,
            From::Pull => Mode::Pull,
            From::Build => Mode::Build,
        }
    }

    /// The options without their command line form.
    pub fn options(&self) -> SupplyOptions {
        let cores = || std::thread::available_parallelism().map_or(2, usize::from);
        SupplyOptions { mode: self.mode(), jobs: self.jobs.unwrap_or_else(cores) }
    }

    /// The context of the supply.
    pub fn context(&self, engine: &LocalContext, environment: &Environment) -> SupplyContext {
        self.options().context(engine, environment)
    }
}

/// Arguments of `seasense images`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the images of the lock
    List {
        #[command(flatten)]
        supply: Supply,
        #[command(flatten)]
        json: Json,
    },
    /// Build what is missing from source packages, and push it to the local registry
    Build {
        /// Only these images
        #[arg(value_name = "IMAGE")]
        images: Vec<String>,
        /// Builds to run at once [default: the number of cores]
        #[arg(long, value_name = "NUMBER")]
        jobs: Option<usize>,
        /// Make the roots of Debian packages again, of the packages of today
        #[arg(long)]
        refresh: bool,
    },
    /// Copy the official images and manifests into the local registry
    Pull,
    /// Push what the cache holds to the local registry
    Push {
        #[command(flatten)]
        supply: Supply,
    },
    /// Hash everything in the registry again and compare it with the lock
    Verify {
        #[command(flatten)]
        supply: Supply,
        /// Build them again from nothing instead, and compare both builds bit for bit
        #[arg(long)]
        rebuild: bool,
        /// Only these images
        #[arg(value_name = "IMAGE", requires = "rebuild")]
        images: Vec<String>,
    },
    /// Remove from a registry what neither a lock file, nor a running environment, nor a kept artifact names
    Prune(prune::Args),
}

/// Runs one of the actions.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let action = match args.action {
        // Another registry than this machine's needs no daemon.
        Action::Prune(args) => return prune::run(context, &args).await,
        action => action,
    };
    let project = context.project()?;
    let environment = context.environment(&project)?;
    let engine = context.engine(&project).await?;
    match action {
        Action::List { supply, json } => {
            let lock = images::locked(&engine.dirs, supply.mode())?;
            list(context, &lock, json)?;
        }
        Action::Build { images, jobs, refresh } => {
            let supply = Supply { supply: From::Build, jobs };
            let context = SupplyContext { refresh, ..supply.context(&engine, &environment) };
            images::ensure(&context, Mode::Build, &scope(images)).await?;
        }
        Action::Pull => {
            let supply = Supply { supply: From::Pull, jobs: None };
            images::ensure(&supply.context(&engine, &environment), Mode::Pull, &Scope::All).await?;
        }
        Action::Push { supply } => {
            let mode = supply.mode();
            images::ensure(&supply.context(&engine, &environment), mode, &Scope::All).await?;
        }
        Action::Verify { supply, rebuild: true, images } => {
            images::rebuild(&supply.context(&engine, &environment), &scope(images)).await?;
        }
        Action::Verify { supply, .. } => {
            let lock = images::locked(&engine.dirs, supply.mode())?;
            images::verify(&supply.context(&engine, &environment), &lock).await?;
        }
        Action::Prune(_) => (),
    }
    Ok(ExitCode::SUCCESS)
}

fn scope(images: Vec<String>) -> Scope {
    if images.is_empty() { Scope::All } else { Scope::Images(images) }
}

fn list(context: &Context<'_>, lock: &Lock, json: Json) -> Result<()> {
    json.print(context, lock, || table(lock))
}

fn table(lock: &Lock) -> String {
    let rows: Vec<[String; 4]> = lock
        .images
        .iter()
        .map(|(name, image)| {
            [
                name.clone(),
                ui::size(image.size),
                image.digest.clone(),
                image.official.clone().unwrap_or_default(),
            ]
        })
        .collect();
    ui::table(["IMAGE", "SIZE", "DIGEST", "STANDS FOR"], &rows)
}
