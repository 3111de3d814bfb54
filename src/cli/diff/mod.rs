//! `seasense diff`: in what two environments, commits, artifacts or the work tree differ.

mod markdown;
mod text;

use std::{path::PathBuf, process::ExitCode};

use super::{Context, images::Supply, json::Json};
use crate::{
    base::{
        event::{Events, Step},
        failure::{Context as _, Kind, Result},
    },
    cloud::cost,
    compare::{self, Beside, Cost, Flux, Operand, Report, Side, Where, build_both, read, resources},
    config::{HostDirs, Infra, Infrastructure, Prices, Project, names},
    images,
};

/// Arguments of `seasense diff`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What it was: an environment, a commit, an artifact's digest, or `.` for the work tree
    /// [default: `staging` where it runs something, else `HEAD`]
    #[arg(value_name = "BEFORE")]
    before: Option<String>,
    /// What it is or would be, named the same way
    #[arg(value_name = "AFTER", default_value = ".")]
    after: String,
    #[command(flatten)]
    json: Json,
    /// Print Markdown for a pull request, at most 60 kB
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Show every line, however many there are
    #[arg(long, conflicts_with_all = ["json", "markdown"])]
    full: bool,
    /// Exit with 70 where anything differs
    #[arg(long)]
    exit_code: bool,
    /// Show what this plan of `OpenTofu` would change (the output of `tofu show -json`)
    #[arg(long, value_name = "FILE")]
    infra_plan: Option<PathBuf>,
    #[command(flatten)]
    supply: Supply,
}

/// Compares two sides and prints in what they differ.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let report = compared(context, &project, &args).await?;
    let differs = report.differs;
    if args.markdown {
        context.ui.data(&markdown::render(&report)?);
    } else {
        let text = text::render(&report, context.ui.data_style(), args.full)?;
        args.json.print(context, &report, || text)?;
    }
    let code = if args.exit_code && differs { Kind::Drift.exit_code() } else { 0 };
    Ok(ExitCode::from(code))
}

async fn compared(context: &Context<'_>, project: &Project, args: &Args) -> Result<Report> {
    let known = names(project);
    let before = args.before.clone().unwrap_or_else(|| default_before(project).to_owned());
    let (before, after) = (Operand::parse(&before, &known)?, Operand::parse(&args.after, &known)?);
    let at = place(context, project, &args.supply)?;
    let plan = args.infra_plan.as_ref().map(|file| {
        let text =
            std::fs::read_to_string(file).with_context(Kind::Usage, || format!("read `{}`", file.display()));
        text.and_then(|text| resources(&text))
    });
    let plan = plan.transpose()?;
    let infra = Infra::load(project)?;
    let environment = shared(&before, &after, context.template(project)?.name()).to_owned();
    let events = context.ui.events();
    let (old, new) = tokio::try_join!(read(&at, &before, &environment), read(&at, &after, &environment))?;
    let beside = Beside { plan, cost: costs(project, &old, &new)? };
    let flux = flux(&at, events).await?;
    let step = Step::start(events, "diff.build", "Build what Flux would apply");
    let (left, right) = build_both(&flux, &old.platform, &new.platform).await?;
    step.done(format!("{} of {} phases", right.objects.len(), right.definitions.len()));
    Ok(Report::between((&old, &left), (&new, &right), &infra, beside))
}

/// What both sides cost a month, where their infrastructure is known; at today's prices, so that only what was changed counts.
fn costs(project: &Project, before: &Side, after: &Side) -> Result<Option<Cost>> {
    if before.infrastructure.is_none() && after.infrastructure.is_none() {
        return Ok(None);
    }
    let prices = Prices::load(project)?;
    let monthly = |side: &Side| {
        let layout: Infrastructure = serde_json::from_value(side.infrastructure.clone()?).ok()?;
        // A layout of another time may ask for what the table does not price.
        cost::monthly(&cost::of_layout(&layout, &prices), &layout, &prices).ok()
    };
    Ok(Some(Cost { before: monthly(before), after: monthly(after) }))
}

/// What builds the sides, made where it is missing.
pub(super) async fn flux(at: &Where, events: &Events) -> Result<Flux> {
    let program = images::program(&at.project, &at.dirs, events, Flux::PROGRAM).await?;
    Ok(Flux::new(program, &at.dirs))
}

/// Where sides are read from.
pub(super) fn place(context: &Context<'_>, project: &Project, supply: &Supply) -> Result<Where> {
    let registry = *context.template(project)?.ports.registry.get_ref();
    Ok(Where {
        project: project.clone(),
        dirs: HostDirs::from_environment()?,
        supply: supply.mode(),
        registry: format!("127.0.0.1:{registry}"),
    })
}

/// What a change is compared with where nobody says.
fn default_before(project: &Project) -> &'static str {
    if project.root().join("envs/staging.lock.toml").exists() { "staging" } else { "HEAD" }
}

/// The environment whose variables a side gets that is none itself: the other side's, so that like is compared with like.
fn shared<'a>(before: &'a Operand, after: &'a Operand, otherwise: &'a str) -> &'a str {
    match (before, after) {
        (Operand::Environment(name), _) | (_, Operand::Environment(name)) => name,
        _ => otherwise,
    }
}

/// The words for how many objects are added, changed and removed.
fn counts((added, changed, removed): (usize, usize, usize)) -> String {
    let told = [(added, "added"), (changed, "changed"), (removed, "removed")];
    let told: Vec<String> =
        told.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    told.join(", ")
}

/// What is known of an image on one side, in one word.
fn image(image: Option<&compare::Image>) -> String {
    let Some(image) = image else { return "none".to_owned() };
    let digest = image.digest.as_deref().map(compare::short_digests);
    match (&image.version, digest) {
        (Some(version), Some(digest)) => format!("{version} ({digest})"),
        (Some(one), None) => one.clone(),
        (None, Some(one)) => one,
        (None, None) => "not built".to_owned(),
    }
}

#[cfg(test)]
mod tests;
