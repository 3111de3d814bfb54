//! `seasense status`: one look at the environment, for people and for programs.

mod watch;

use std::process::ExitCode;

use super::{Context, json::Json};
use crate::{
    base::{event::Event, failure::Result},
    config::HostDirs,
    local::cluster,
    observe::{self, Observer, Snapshot},
    ui::{Screen, Style},
};

/// Arguments of `seasense status`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    json: Json,
    /// Go on looking, every two seconds, as a full-screen view; `q` ends it
    #[arg(long, short, conflicts_with = "json")]
    watch: bool,
}

/// Looks and tells; the exit code is that of the most fundamental problem.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    if args.watch {
        Screen::possible()?;
    }
    let project = context.project()?;
    let environment = context.environment(&project)?;
    let dirs = HostDirs::from_environment()?;
    // Nothing of an attached environment runs beside this machine's daemon.
    let docker = if environment.cluster.engine.is_attached() { None } else { Some(context.docker().await?) };
    let cluster = environment.cluster_name();
    let observer = Observer { environment: &environment, dirs: &dirs, docker: docker.as_ref() };
    if args.watch {
        return watch::run(context, observer).await;
    }
    let seen = observe::snapshot(observer).await;
    // A stale copy makes every program that uses it distrust the gateway. `status` only reads: it reports that.
    if let Some(authority) = seen.authority.as_ref()
        && cluster::is_authority_stale(&dirs, &cluster, authority)
    {
        context.ui.events().emit(Event::Warning { text: cluster::AUTHORITY_STALE.to_owned() });
    }
    args.json.print(context, &seen, || text(&seen, context.ui.data_style()))?;
    Ok(seen.problem_kind().map_or(ExitCode::SUCCESS, |kind| ExitCode::from(kind.exit_code())))
}

fn text(seen: &Snapshot, style: Style) -> String {
    let verdict = if seen.ready { style.good("ready") } else { style.bad("not ready") };
    let mut text = format!("{} is {verdict}\n", style.strong(&seen.environment));
    let mut line = |name: &str, good: bool, value: String| {
        let mark = if good { style.good(" ok") } else { style.bad("bad") };
        text += &format!("{mark} {name:22} {value}\n");
    };
    line("cluster", seen.cluster == "running", seen.cluster.clone());
    // Of a cluster that does not run nothing else can be seen, and each line would say so again.
    if seen.cluster != "running" {
        return problems(text, seen, style);
    }
    line("artifact", seen.artifact.digest.is_some(), artifact(seen));
    for phase in &seen.phases {
        let message = if phase.ready { "ready at that digest" } else { phase.message.as_str() };
        line(&format!("phase {}", phase.name), phase.ready, message.to_owned());
    }
    line("database", seen.database.healthy, database(seen));
    let gateway = &seen.gateway;
    let how = if gateway.tls_verified { "TLS verified" } else { gateway.message.as_str() };
    line("gateway", gateway.https && gateway.tls_verified, format!("{}  {how}", gateway.address));
    let fleet = &seen.fleet;
    let age = fleet.age_s.map_or("no reading yet".to_owned(), |age| format!("latest reading {age:.1} s old"));
    line("fleet", fleet.running || fleet.buoys == 0, format!("{} buoys, {age}", fleet.buoys));
    problems(text, seen, style)
}

fn problems(mut text: String, seen: &Snapshot, style: Style) -> String {
    for problem in &seen.problems {
        text += &format!("\n{} {}: {}\n", style.bad("problem:"), problem.part, problem.cause);
        text += &format!("  {} {}\n", style.link("hint:"), problem.hint);
    }
    text
}

fn artifact(seen: &Snapshot) -> String {
    let artifact = &seen.artifact;
    let Some(digest) = &artifact.digest else { return "none".to_owned() };
    let commit =
        artifact.commit.as_deref().map_or("unknown commit", |commit| commit.get(..12).unwrap_or(commit));
    let dirty = if artifact.dirty == Some(true) { ", with uncommitted changes" } else { "" };
    format!("{digest}  ({commit}{dirty})")
}

fn database(seen: &Snapshot) -> String {
    let instances: Vec<String> = seen
        .database
        .instances
        .iter()
        .map(|instance| {
            let ready = if instance.ready { "" } else { " not ready" };
            format!("{} ({}{ready})", instance.name, instance.role)
        })
        .collect();
    match seen.database.rows {
        Some(rows) => format!("{}  {rows} rows", instances.join(", ")),
        None => format!("{}  {}", instances.join(", "), seen.database.message),
    }
}
