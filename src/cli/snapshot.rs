//! `seasense snapshot`: saves and loads named snapshots of the database.

use std::{process::ExitCode, time::Duration};

use clap::Subcommand;
use jiff::Timestamp;
use serde_json::json;

use super::{Context, lock::LockArgs};
use crate::{
    base::{
        event::Step,
        failure::{Context as _, Failure, Kind, Result},
        k8s::Client,
        wait::Deadline,
    },
    config::Environment,
    local::{
        LocalContext,
        snapshots::{self, Loaded, Snapshot, SnapshotName},
    },
    phases,
    registry::Digest,
    ui::{self, Ui},
    workloads::{self, PublicEndpoint},
};

/// The time limit until the API serves the new database, which it does with its next connection.
const SERVE_LIMIT: Duration = Duration::from_mins(1);

/// Arguments of `seasense snapshot`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    lock: LockArgs,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Save the current state of the database
    Save {
        /// Name of the snapshot
        name: String,
        /// Print it as JSON (schema: docs/schemas/snapshots.v2.json)
        #[arg(long)]
        json: bool,
    },
    /// Replace the current state of the database, which is lost, by a snapshot
    Load {
        /// Name of the snapshot
        name: String,
        /// Load it without asking
        #[arg(long)]
        yes: bool,
        /// Print the loaded snapshot as JSON (schema: docs/schemas/snapshots.v2.json)
        #[arg(long)]
        json: bool,
    },
    /// List the snapshots
    Ls {
        /// Print the list as JSON (schema: docs/schemas/snapshots.v2.json)
        #[arg(long)]
        json: bool,
    },
    /// Remove a snapshot
    Rm {
        /// Name of the snapshot
        name: String,
    },
}

/// Runs one of the actions.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment_here(&project)?;
    // Validated before anything else happens.
    let name = match &args.action {
        Action::Save { name, .. } | Action::Load { name, .. } | Action::Rm { name } => {
            Some(SnapshotName::parse(name)?)
        }
        Action::Ls { .. } => None,
    };
    let local = context.local(&project).await?;
    let ui = context.ui;
    // A list needs no lock.
    let _lock = match name {
        Some(_) => Some(args.lock.take(&local, &environment).await?),
        None => None,
    };
    let client = snapshots::connect(&local, &environment.cluster_name()).await?;
    match (args.action, name) {
        (Action::Save { json, .. }, Some(name)) => {
            let info = (Timestamp::now(), phases::current_digest(&client).await?);
            let saved = snapshots::save(&client, &name, info, &local.events).await?;
            ui.message(&format!(
                "Snapshot `{name}` saved. Run `seasense snapshot load {name}` to load it.\n"
            ));
            print(ui, &[saved], json)?;
        }
        (Action::Load { yes, json, .. }, Some(name)) => {
            confirm(ui, &client, &name, yes).await?;
            let loaded = snapshots::load(&client, &name, &local.events).await?;
            if loaded.has_older_schema() {
                ui.message(&older_schema(&loaded));
            } else {
                wait_for_api(&local, &environment, &client).await?;
            }
            print(ui, &[loaded.snapshot], json)?;
        }
        (Action::Rm { .. }, Some(name)) => {
            snapshots::remove(&client, &name).await?;
            ui.message(&format!("Snapshot `{name}` removed.\n"));
        }
        (Action::Ls { json }, _) => print(ui, &snapshots::list(&client).await?, json)?,
        (_, None) => return Err(Failure::new(Kind::Internal, "the snapshot has no name")),
    }
    Ok(ExitCode::SUCCESS)
}

async fn confirm(ui: &Ui, client: &Client, name: &SnapshotName, yes: bool) -> Result<()> {
    let preview = snapshots::preview_load(client, name).await?;
    let text = format!(
        "`{name}` has {} readings, the database has {}: {} newer readings and all other changes since will be lost",
        preview.saved, preview.current, preview.lost
    );
    if yes {
        ui.message(&format!("{text}.\n"));
        return Ok(());
    }
    match ui.confirm(&format!("{text}. Load it?")) {
        Some(true) => Ok(()),
        Some(false) => Err(Failure::new(Kind::Interrupted, "nothing was changed")),
        None => Err(Failure::new(Kind::Usage, text).hint("add `--yes` to confirm")),
    }
}

fn older_schema(loaded: &Loaded) -> String {
    format!(
        "The schema is at version {} again, the running backend needs {}: it does not serve until `seasense dev` \
         deploys a matching one or migrates the database.\n",
        loaded.snapshot.info.content.schema, loaded.before.schema
    )
}

/// Waits until the API answers from the new database.
async fn wait_for_api(local: &LocalContext, environment: &Environment, client: &Client) -> Result<()> {
    let deadline = Deadline::after(SERVE_LIMIT);
    let authority = workloads::wait_for_credentials(client, deadline).await?.authority;
    let public =
        PublicEndpoint::new(environment.variables.hostname.get_ref(), environment.https_port(), &authority)?;
    let step = Step::start(&local.events, "snapshot.serving", "Wait for the API");
    let summary = workloads::wait_for_api(&public, deadline).await?;
    step.done(format!("{} readings stored", summary.readings));
    Ok(())
}

fn print(ui: &Ui, snapshots: &[Snapshot], json: bool) -> Result<()> {
    if json {
        let text = serde_json::to_string_pretty(&json!({"version": 2, "snapshots": snapshots}))
            .context(Kind::Internal, "cannot encode the list")?;
        ui.data(&format!("{text}\n"));
        return Ok(());
    }
    let rows: Vec<[String; 6]> = snapshots.iter().map(row).collect();
    ui.data(&ui::table(["NAME", "CREATED", "READINGS", "SCHEMA", "SIZE", "ARTIFACT"], &rows));
    Ok(())
}

fn row(snapshot: &Snapshot) -> [String; 6] {
    let info = &snapshot.info;
    [
        snapshot.name.clone(),
        info.created.map_or("unknown".to_owned(), |created| format!("{created:.0}")),
        info.content.readings.to_string(),
        info.content.schema.to_string(),
        ui::size(snapshot.bytes),
        info.digest.as_ref().map_or("unknown", Digest::short).to_owned(),
    ]
}
