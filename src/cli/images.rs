//! `seasense images`: supply, list and verify images and upstream manifests.

mod pin;
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

/// The supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum From {
    /// Pull if registries can be reached, otherwise build
    Auto,
    /// Copy the official images
    Pull,
    /// Build from Go modules, and from Debian and `PyPI` packages
    Build,
}

/// The options of every command that needs images.
#[derive(Debug, clap::Args)]
pub struct Supply {
    /// How images are supplied
    #[arg(long, value_enum, default_value = "auto", env = "SEASENSE_SUPPLY", value_name = "HOW")]
    supply: From,
    /// Builds to run at once [default: the number of cores]
    #[arg(long, value_name = "NUMBER")]
    jobs: Option<usize>,
}

impl Supply {
    /// The requested mode.
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

    /// Returns the inputs of the supply.
    pub async fn context(&self, local: &LocalContext, environment: &Environment) -> Result<SupplyContext> {
        self.options().context(local, environment).await
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
    /// List the images in the supply lock
    List {
        #[command(flatten)]
        supply: Supply,
        #[command(flatten)]
        json: Json,
    },
    /// Build missing images from source packages and push them to the local registry
    Build {
        /// Only these images
        #[arg(value_name = "IMAGE")]
        images: Vec<String>,
        /// Builds to run at once [default: the number of cores]
        #[arg(long, value_name = "NUMBER")]
        jobs: Option<usize>,
        /// Rebuild the base file systems from current Debian packages
        #[arg(long)]
        refresh: bool,
    },
    /// Copy the official images and manifests into the local registry
    Pull,
    /// Write `infra/pins.toml` from the registries and show what changed
    Pin(pin::Args),
    /// Push cached images to the local registry
    Push {
        #[command(flatten)]
        supply: Supply,
    },
    /// Verify the content of the registry against the supply lock
    Verify {
        #[command(flatten)]
        supply: Supply,
        /// Build the images again with empty caches instead, and compare both builds bit for bit
        #[arg(long)]
        rebuild: bool,
        /// Only these images
        #[arg(value_name = "IMAGE", requires = "rebuild")]
        images: Vec<String>,
    },
    /// Remove from a registry the images that no lock file, running environment or kept artifact references
    Prune(prune::Args),
}

/// Runs one of the actions.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let action = match args.action {
        // A remote registry needs no daemon.
        Action::Pin(args) => return pin::run(context, &args).await,
        Action::Prune(args) => return prune::run(context, &args).await,
        action => action,
    };
    let project = context.project()?;
    let environment = context.environment(&project)?;
    let local = context.local(&project).await?;
    match action {
        Action::List { supply, json } => {
            let lock = images::locked(&local.dirs, supply.mode())?;
            list(context, &lock, json)?;
        }
        Action::Build { images, jobs, refresh } => {
            let supply = Supply { supply: From::Build, jobs };
            let context = SupplyContext { refresh, ..supply.context(&local, &environment).await? };
            images::ensure(&context, Mode::Build, &Scope::of(images)).await?;
        }
        Action::Pull => {
            let supply = Supply { supply: From::Pull, jobs: None };
            images::ensure(&supply.context(&local, &environment).await?, Mode::Pull, &Scope::All).await?;
        }
        Action::Push { supply } => {
            let mode = supply.mode();
            images::ensure(&supply.context(&local, &environment).await?, mode, &Scope::All).await?;
        }
        Action::Verify { supply, rebuild: true, images } => {
            images::rebuild(&supply.context(&local, &environment).await?, &Scope::of(images)).await?;
        }
        Action::Verify { supply, .. } => {
            let lock = images::locked(&local.dirs, supply.mode())?;
            images::verify(&supply.context(&local, &environment).await?, &lock).await?;
        }
        Action::Pin(_) | Action::Prune(_) => (),
    }
    Ok(ExitCode::SUCCESS)
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
                image.digest.to_string(),
                image.official.clone().unwrap_or_default(),
            ]
        })
        .collect();
    ui::table(["IMAGE", "SIZE", "DIGEST", "OFFICIAL NAME"], &rows)
}
