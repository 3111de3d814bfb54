//! `seasense trust`: installs and removes the environment's CA certificate in the trust stores of this machine.

mod confirm;
mod status;

use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};

use super::Context;
use crate::{
    base::{event::Event, failure::Result},
    config::{HostDirs, home_and_java},
    local::trust::{HostTrustConfig, StoreKind, TrustSession},
};

/// Arguments of `seasense trust`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Trust the environment's certificate authority in the browsers and programs of this machine
    Install(InstallArgs),
    /// Remove the installed certificates, and no others
    Remove(RemoveArgs),
    /// Show which stores trust the environment, and verify it with a TLS handshake
    Status(StatusArgs),
}

#[derive(Debug, clap::Args)]
struct InstallArgs {
    #[command(flatten)]
    selection: StoreSelection,
    /// Make the changes without asking
    #[arg(long, short)]
    yes: bool,
}

#[derive(Debug, clap::Args)]
struct RemoveArgs {
    #[command(flatten)]
    selection: StoreSelection,
    /// Make the changes without asking
    #[arg(long, short)]
    yes: bool,
    /// Remove the certificates of all environments of this machine, including removed ones
    #[arg(long)]
    all: bool,
}

#[derive(Debug, clap::Args)]
struct StoreSelection {
    /// Only this store; can be repeated [default: all stores of this machine]
    #[arg(long = "store", value_name = "STORE")]
    stores: Vec<StoreName>,
}

#[derive(Debug, clap::Args)]
struct StatusArgs {
    #[command(flatten)]
    selection: StoreSelection,
    /// Print it as JSON (schema: docs/schemas/trust.v2.json)
    #[arg(long)]
    json: bool,
}

/// A store on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StoreName {
    /// The system's trust store
    System,
    /// Firefox, and Chromium on Linux
    Nss,
    /// Java's keystore
    Java,
}

impl From<StoreName> for StoreKind {
    fn from(name: StoreName) -> Self {
        match name {
            StoreName::System => Self::System,
            StoreName::Nss => Self::Nss,
            StoreName::Java => Self::Java,
        }
    }
}

/// Runs one of the actions.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    match args.action {
        Action::Install(args) => install(context, args).await,
        Action::Remove(args) => remove(context, args).await,
        Action::Status(args) => status::run(context, &open(context, &args.selection)?, args.json).await,
    }
}

fn open(context: &Context<'_>, selection: &StoreSelection) -> Result<TrustSession> {
    let project = context.project()?;
    let environment = context.environment_here(&project)?;
    let (home, java_home) = home_and_java();
    let root_user = rustix::process::geteuid().is_root();
    let config = HostTrustConfig { root: "/".into(), home, java_home, root_user };
    let kinds = selection.stores.iter().copied().map(StoreKind::from).collect();
    TrustSession::open(&HostDirs::from_environment()?, &environment, &config, kinds)
}

async fn install(context: &Context<'_>, args: InstallArgs) -> Result<ExitCode> {
    let mut session = open(context, &args.selection)?;
    let planned = session.plan_install().await?;
    for missing in &planned.skipped {
        context.ui.events().emit(Event::Warning { text: format!("store skipped: {missing}") });
    }
    if planned.changes.is_empty() {
        context.ui.message("Nothing to do: the certificate is trusted already.\n");
        return Ok(ExitCode::SUCCESS);
    }
    let certificate = &planned.certificate;
    let heading = format!(
        "This machine will trust {}\n  fingerprint  {}\n  only for     {} and subdomains\n  until        {}\n",
        certificate.subject,
        certificate.fingerprint,
        certificate.permitted.join(", "),
        certificate.expires
    );
    confirm::confirm(context, &heading, &planned.changes, args.yes)?;
    session.install(&planned.changes).await?;
    context
        .ui
        .message("Done. Restart running programs if needed. `seasense trust remove` undoes the changes.\n");
    Ok(ExitCode::SUCCESS)
}

async fn remove(context: &Context<'_>, args: RemoveArgs) -> Result<ExitCode> {
    let mut session = open(context, &args.selection)?;
    let changes = session.plan_remove(args.all).await?;
    if changes.is_empty() {
        context.ui.message("Nothing to do: no certificate of this environment is trusted.\n");
        return Ok(ExitCode::SUCCESS);
    }
    let heading = "This machine will no longer trust the installed certificates.\n";
    if let Err(failure) = confirm::confirm(context, heading, &changes, args.yes) {
        session.cancel_remove()?;
        return Err(failure);
    }
    session.remove(changes).await?;
    context.ui.message("Done: no certificate of this environment is trusted any more.\n");
    Ok(ExitCode::SUCCESS)
}
