//! `seasense status`: shows the state of the environment.

mod stored;
mod watch;

use std::process::ExitCode;

use super::{Context, json::Json};
use crate::{
    base::failure::Result,
    config::HostDirs,
    local::cluster,
    observe::{self, EnvironmentStatus, Observer},
    ui::{Screen, Style},
    workloads::FleetHealth,
};

/// Arguments of `seasense status`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    json: Json,
    /// Update every two seconds in a full-screen view; `q` quits
    #[arg(long, short, conflicts_with = "json")]
    watch: bool,
}

/// Shows the status; the exit code is that of the most fundamental problem.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    if args.watch {
        Screen::possible()?;
    }
    let project = context.project()?;
    let environment = context.environment(&project)?;
    let dirs = HostDirs::from_environment()?;
    // An attached environment has no containers on this machine.
    let docker = if environment.cluster.engine.is_attached() { None } else { Some(context.docker().await?) };
    let observer = Observer { environment: &environment, dirs: &dirs, docker: docker.as_ref() };
    if args.watch {
        return watch::run(context, observer).await;
    }
    let status = observe::status(observer).await;
    // Programs that use a stale copy do not trust the gateway. `status` only reads, so it reports the stale
    // copy.
    if let Some(authority) = status.authority.as_ref()
        && cluster::is_authority_stale(&dirs, &environment.cluster_name(), authority)
    {
        context
            .ui
            .events()
            .emit(crate::base::event::Event::Warning { text: cluster::AUTHORITY_STALE.to_owned() });
    }
    args.json.print(context, &status, || text(&status, context.ui.data_style()))?;
    Ok(status.problem_kind().map_or(ExitCode::SUCCESS, |kind| ExitCode::from(kind.exit_code())))
}

fn text(status: &EnvironmentStatus, style: Style) -> String {
    let verdict = if status.ready { style.good("ready") } else { style.bad("not ready") };
    let mut text = format!("{} is {verdict}\n", style.strong(&status.environment));
    let mut line = |name: &str, good: bool, value: String| {
        let mark = if good { style.good(" ok") } else { style.bad("bad") };
        text += &format!("{mark} {name:22} {value}\n");
    };
    line("cluster", status.cluster == "running", status.cluster.clone());
    // The state of everything else is unknown if the cluster does not run.
    if status.cluster != "running" {
        return problems(text, status, style);
    }
    line("artifact", status.artifact.digest.is_some(), artifact(status));
    for phase in &status.phases {
        let message = match (&phase.blocker, phase.ready) {
            (_, true) => "ready at that digest",
            (Some(blocker), false) => blocker,
            (None, false) => &phase.message,
        };
        line(&format!("phase {}", phase.name), phase.ready, message.to_owned());
    }
    line("database", status.database.healthy, database(status));
    let gateway = &status.gateway;
    let how = if gateway.tls_verified { "TLS verified" } else { gateway.message.as_str() };
    let works = gateway.https || gateway.reported.is_some();
    line("gateway", works && gateway.tls_verified, format!("{}  {how}", gateway.address));
    if let Some(reported) = &gateway.reported {
        line("backend", false, reported.detail.clone());
    }
    let fleet = &status.fleet;
    let age = latest(fleet);
    line("fleet", fleet.running || fleet.buoys == 0, format!("{} buoys, {age}", fleet.buoys));
    problems(text, status, style)
}

/// The age of the latest reading; it is only known if the API answers.
fn latest(fleet: &FleetHealth) -> String {
    match (fleet.age_s, fleet.stored) {
        (Some(age), _) => format!("latest reading {age:.1} s old"),
        (None, Some(0)) => "no reading yet".to_owned(),
        (None, _) => "age of the latest reading unknown".to_owned(),
    }
}

fn problems(mut text: String, status: &EnvironmentStatus, style: Style) -> String {
    for problem in &status.problems {
        text += &format!("\n{} {}: {}\n", style.bad("problem:"), problem.part, problem.cause);
        text += &format!("  {} {}\n", style.link("hint:"), problem.hint);
    }
    text
}

fn artifact(status: &EnvironmentStatus) -> String {
    let artifact = &status.artifact;
    let Some(digest) = &artifact.digest else { return "none".to_owned() };
    let commit =
        artifact.commit.as_deref().map_or("unknown commit", |commit| commit.get(..12).unwrap_or(commit));
    let dirty = if artifact.dirty == Some(true) { ", with uncommitted changes" } else { "" };
    let unverified = if artifact.unverified { ", not verified: run `seasense dev`" } else { "" };
    format!("{digest}  ({commit}{dirty}{unverified})")
}

fn database(status: &EnvironmentStatus) -> String {
    let instances: Vec<String> = status
        .database
        .instances
        .iter()
        .map(|instance| {
            let ready = if instance.ready { "" } else { " not ready" };
            format!("{} ({}{ready})", instance.name, instance.role)
        })
        .collect();
    let content = stored::text(status).unwrap_or_else(|| status.database.message.clone());
    format!("{}  {content}", instances.join(", "))
}
