//! `seasense trust`: this machine's programs trust the environment's authority, or no longer; only when asked.

mod ask;
mod report;

use std::{path::PathBuf, process::ExitCode};

use clap::{Subcommand, ValueEnum};

use super::Context;
use crate::{
    base::{
        event::Event,
        failure::{Context as _, Failure, Kind, Result},
    },
    config::{Environment, HostDirs, home_and_java},
    local::{
        cluster,
        trust::{self, Certificate, Change, HostTrustConfig, Site, Store, TrustStore},
    },
};

/// Arguments of `seasense trust`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Let the browsers and programs of this machine trust the environment's authority
    Install(Consent),
    /// Take it back: exactly the certificates that were installed, and no other
    Remove(Removal),
    /// Show what is trusted where, and prove it by a TLS handshake
    Status(Status),
}

/// What both changes take.
#[derive(Debug, clap::Args)]
struct Consent {
    #[command(flatten)]
    which: Which,
    /// Do it without asking
    #[arg(long, short)]
    yes: bool,
}

#[derive(Debug, clap::Args)]
struct Removal {
    #[command(flatten)]
    consent: Consent,
    /// What was installed for any environment of this machine, also for those that are gone
    #[arg(long)]
    all: bool,
}

#[derive(Debug, clap::Args)]
struct Which {
    /// Only this store; may be given several times [default: every one that is here]
    #[arg(long = "store", value_name = "STORE")]
    stores: Vec<StoreName>,
}

#[derive(Debug, clap::Args)]
struct Status {
    #[command(flatten)]
    which: Which,
    /// Print it as JSON (schema: docs/schemas/trust.v1.json)
    #[arg(long)]
    json: bool,
}

/// A store on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StoreName {
    /// The system's own
    System,
    /// Firefox, and Chromium on Linux
    Nss,
    /// Java's keystore
    Java,
}

impl From<StoreName> for Store {
    fn from(name: StoreName) -> Self {
        match name {
            StoreName::System => Self::System,
            StoreName::Nss => Self::Nss,
            StoreName::Java => Self::Java,
        }
    }
}

/// What every action works with.
struct Work {
    environment: Environment,
    places: HostDirs,
    cluster: String,
    ledger: TrustStore,
    sites: Vec<Site>,
    /// The authority's certificate, where the environment has been brought up.
    certificate: Option<Certificate>,
}

/// Installs, removes or shows.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    match args.action {
        Action::Install(args) => install(context, args).await,
        Action::Remove(args) => remove(context, args).await,
        Action::Status(args) => report::run(context, Work::begin(context, &args.which)?, args.json).await,
    }
}

impl Work {
    fn begin(context: &Context<'_>, which: &Which) -> Result<Self> {
        let project = context.project()?;
        let environment = context.environment_here(&project)?;
        let places = HostDirs::from_environment()?;
        let cluster = environment.cluster_name();
        let mut sites = trust::sites(&surroundings());
        let wanted: Vec<Store> = which.stores.iter().copied().map(Store::from).collect();
        if let Some(missing) = wanted.iter().find(|store| !sites.iter().any(|site| site.store() == **store)) {
            return Err(Failure::new(Kind::Tool, format!("this machine has no {} store", missing.name()))
                .hint("`seasense trust status` lists those it has"));
        }
        sites.retain(|site| wanted.is_empty() || wanted.contains(&site.store()));
        let file = cluster::authority_file(&places, &cluster);
        let certificate = match std::fs::read(&file) {
            Ok(pem) => Some(Certificate::read(&pem)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(error).with_context(Kind::Tool, || format!("read `{}`", file.display()));
            }
        };
        Ok(Self {
            ledger: TrustStore::open(&places.trust_ledger())?,
            environment,
            places,
            cluster,
            sites,
            certificate,
        })
    }

    fn file(&self) -> PathBuf {
        cluster::authority_file(&self.places, &self.cluster)
    }
}

fn surroundings() -> HostTrustConfig {
    let (home, java_home) = home_and_java();
    HostTrustConfig { root: "/".into(), home, java_home, root_user: rustix::process::geteuid().is_root() }
}

async fn install(context: &Context<'_>, args: Consent) -> Result<ExitCode> {
    let mut work = Work::begin(context, &args.which)?;
    let file = work.file();
    let Some(certificate) = work.certificate.clone() else {
        return Err(Failure::new(Kind::Cluster, "there is no authority to trust yet")
            .because(format!("`{}` does not exist", file.display()))
            .hint("run `seasense dev` first; an environment with a public issuer needs no trust"));
    };
    certificate.require_harmless(work.environment.variables.hostname.get_ref())?;
    let explicit = !args.which.stores.is_empty();
    let mut changes = trust::plan_install(&work.sites, &certificate, &file).await?;
    if !explicit {
        // What nobody asked for by name and lacks its tool is told, and no reason to fail.
        for change in changes.iter().filter_map(|change| change.site.lacking.as_ref()) {
            context.ui.events().emit(Event::Warning { text: format!("left out: {change}") });
        }
        changes.retain(|change| change.site.lacking.is_none());
    }
    if changes.is_empty() {
        context.ui.message("Nothing to do: it is trusted already.\n");
        return Ok(ExitCode::SUCCESS);
    }
    let heading = format!(
        "This machine will trust {}\n  fingerprint  {}\n  only for     {} and names below\n  until        {}\n",
        certificate.subject,
        certificate.fingerprint,
        certificate.permitted.join(", "),
        certificate.expires
    );
    ask::consent(context, &heading, &changes, args.yes)?;
    for change in &changes {
        trust::install(&mut work.ledger, &work.cluster, change).await?;
    }
    ask::left_to_root(&changes)?;
    context.ui.message("Done. Programs that are running may have to be started anew. `seasense trust remove` takes it back.\n");
    Ok(ExitCode::SUCCESS)
}

async fn remove(context: &Context<'_>, args: Removal) -> Result<ExitCode> {
    let Removal { consent: args, all } = args;
    let mut work = Work::begin(context, &args.which)?;
    let stores: Vec<Store> = args.which.stores.iter().copied().map(Store::from).collect();
    let mut entries = if all { work.ledger.entries.clone() } else { work.ledger.of(&work.cluster) };
    entries.retain(|entry| stores.is_empty() || stores.contains(&entry.place.store()));
    // Some programs are told a certificate by a file, and the environment's own may be gone.
    let folder = work.ledger.copies();
    std::fs::create_dir_all(&folder).with_context(Kind::Tool, || format!("make `{}`", folder.display()))?;
    let mut known =
        entries.iter().map(|entry| Certificate::read(entry.pem.as_bytes())).collect::<Result<Vec<_>>>()?;
    known.extend(work.certificate.clone());
    let named = |certificate: &Certificate| folder.join(format!("{}.crt", certificate.name()));
    for certificate in &known {
        std::fs::write(named(certificate), &certificate.pem).context(Kind::Tool, "write a certificate")?;
    }
    let changes = trust::plan_remove(&work.sites, &entries, work.certificate.as_ref(), named).await?;
    if changes.is_empty() {
        work.ledger.tidy()?;
        context.ui.message("Nothing to do: nothing of this environment is trusted.\n");
        return Ok(ExitCode::SUCCESS);
    }
    let heading = "This machine will no longer trust what was installed.\n";
    ask::consent(context, heading, &changes, args.yes).or_else(|failure| {
        work.ledger.tidy()?;
        Err(failure)
    })?;
    let (mine, roots): (Vec<Change>, Vec<Change>) =
        changes.into_iter().partition(|change| change.actions.is_empty() || change.obstacle().is_none());
    for change in &mine {
        trust::remove(&mut work.ledger, change).await?;
    }
    if roots.is_empty() {
        work.ledger.tidy()?;
    }
    ask::left_to_root(&roots)?;
    context.ui.message("Done: nothing of this environment is trusted any more.\n");
    Ok(ExitCode::SUCCESS)
}
