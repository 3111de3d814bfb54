//! `seasense snapshot`: the database's state under a name, to try something and go back.

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
        cluster::{self, Observed},
        snapshots::{self, Content, Name, Snapshot},
    },
    phases,
    ui::{self, Ui},
    workloads::{self, Public},
};

/// The API finds the database again when its next connection is made.
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
    /// Keep the database's present state
    Save {
        /// Name of the snapshot
        name: String,
        /// Print it as JSON (schema: docs/schemas/snapshots.v1.json)
        #[arg(long)]
        json: bool,
    },
    /// Put a kept state in the place of the present one, which is lost
    Load {
        /// Name of the snapshot
        name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Print what was loaded as JSON (schema: docs/schemas/snapshots.v1.json)
        #[arg(long)]
        json: bool,
    },
    /// List what is kept
    Ls {
        /// Print the list as JSON (schema: docs/schemas/snapshots.v1.json)
        #[arg(long)]
        json: bool,
    },
    /// Remove a kept state
    Rm {
        /// Name of the snapshot
        name: String,
    },
}

/// Keeps, loads, lists or removes.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment_here(&project)?;
    // A wrong name is told before anything is asked.
    let name = match &args.action {
        Action::Save { name, .. } | Action::Load { name, .. } | Action::Rm { name } => {
            Some(Name::parse(name)?)
        }
        Action::Ls { .. } => None,
    };
    let engine = context.engine(&project).await?;
    let (cluster, ui) = (environment.cluster_name(), context.ui);
    // Looking disturbs nobody.
    let _lock = match name {
        Some(_) => Some(args.lock.take(&engine, &environment).await?),
        None => None,
    };
    let client = connect(&engine, &cluster).await?;
    match (args.action, name) {
        (Action::Save { json, .. }, Some(name)) => {
            let about = (Timestamp::now(), phases::current_digest(&client).await?);
            let saved = snapshots::save(&client, &name, about, &engine.events).await?;
            ui.say(&format!("`{name}` is kept: `seasense snapshot load {name}` goes back to it.\n"));
            print(ui, &[saved], json)?;
        }
        (Action::Load { yes, json, .. }, Some(name)) => {
            confirm(ui, &client, &name, yes).await?;
            let loaded = snapshots::load(&client, &name, &engine.events).await?;
            let kept = &loaded.snapshot.about.content;
            if kept.schema < loaded.before.schema {
                ui.say(&older(kept, &loaded.before));
            } else {
                serving(&engine, &environment, &client).await?;
            }
            print(ui, &[loaded.snapshot], json)?;
        }
        (Action::Rm { .. }, Some(name)) => {
            snapshots::remove(&client, &name).await?;
            ui.say(&format!("`{name}` is removed.\n"));
        }
        (Action::Ls { json }, _) => print(ui, &snapshots::list(&client).await?, json)?,
        (_, None) => return Err(Failure::new(Kind::Internal, "a snapshot without a name")),
    }
    Ok(ExitCode::SUCCESS)
}

async fn connect(engine: &LocalContext, cluster: &str) -> Result<Client> {
    let found = cluster::observe(&engine.docker, &engine.dirs, cluster).await?;
    if found != Observed::Running {
        return Err(Failure::new(Kind::Cluster, "snapshots are kept in the database, which does not run")
            .hint("`seasense resume` wakes a paused environment, `seasense dev` makes one"));
    }
    Client::connect(&cluster::handle(&engine.dirs, cluster)).await
}

async fn confirm(ui: &Ui, client: &Client, name: &Name, yes: bool) -> Result<()> {
    let (kept, now) = snapshots::compare(client, name).await?;
    let newer = now.readings.saturating_sub(kept.about.content.readings);
    let told = format!(
        "`{name}` holds {} readings, the database now {}: {newer} newer ones, and every other change since, will be gone",
        kept.about.content.readings, now.readings
    );
    if yes {
        ui.say(&format!("{told}.\n"));
        return Ok(());
    }
    match ui.confirm(&format!("{told}. Go back?")) {
        Some(true) => Ok(()),
        Some(false) => Err(Failure::new(Kind::Interrupted, "nothing was changed")),
        None => Err(Failure::new(Kind::Usage, told).hint("say `--yes` if that is what you want")),
    }
}

fn older(kept: &Content, before: &Content) -> String {
    format!(
        "The schema is at version {} again; the backend that runs needs {}, and does not serve until `seasense dev` \
         brings it one that fits, or migrates anew.\n",
        kept.schema, before.schema
    )
}

/// Waits until the API answers from the database it has now.
async fn serving(engine: &LocalContext, environment: &Environment, client: &Client) -> Result<()> {
    let deadline = Deadline::after(SERVE_LIMIT);
    let authority = workloads::credentials(client, deadline).await?.authority;
    let public = Public::new(environment.variables.hostname.get_ref(), environment.https_port(), &authority)?;
    let step = Step::start(&engine.events, "snapshot.serving", "See the API answer");
    let summary = workloads::serving(&public, deadline).await?;
    step.done(format!("{} readings stored", summary.readings));
    Ok(())
}

fn print(ui: &Ui, snapshots: &[Snapshot], json: bool) -> Result<()> {
    if json {
        let text = serde_json::to_string_pretty(&json!({"snapshots": snapshots}))
            .context(Kind::Internal, "write the list")?;
        ui.data(&format!("{text}\n"));
        return Ok(());
    }
    let rows: Vec<[String; 6]> = snapshots.iter().map(row).collect();
    ui.data(&ui::table(["NAME", "MADE", "ROWS", "SCHEMA", "SIZE", "ARTIFACT"], &rows));
    Ok(())
}

fn row(snapshot: &Snapshot) -> [String; 6] {
    let about = &snapshot.about;
    [
        snapshot.name.clone(),
        about.made.map_or("unknown".to_owned(), |made| format!("{made:.0}")),
        about.content.rows.to_string(),
        about.content.schema.to_string(),
        ui::size(snapshot.bytes),
        about.digest.as_deref().and_then(|digest| digest.get(..19)).unwrap_or("unknown").to_owned(),
    ]
}
