//! `seasense diff`: compares two environments, commits, artifacts or the work tree.

mod markdown;
mod text;

use std::{path::PathBuf, process::ExitCode};

use super::{Context, images::Supply, json::Json};
use crate::{
    artifact::FluxBuild,
    base::{
        event::Step,
        failure::{Context as _, Kind, Result},
    },
    cloud::cost,
    compare::{
        self, CompareContext, Cost, Extra, Report, Side, SideName, build_both, planned_resources, read,
        shared_environment,
    },
    config::{HostDirs, Infra, Prices, Project, names},
};

/// Arguments of `seasense diff`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The first side: an environment or a rehearsal (rehearsal-staging), a commit, an artifact's digest, or `.` for the work tree
    /// [default: `staging` if it has a lock file, else `HEAD`]
    #[arg(value_name = "BEFORE")]
    before: Option<String>,
    /// The second side
    #[arg(value_name = "AFTER", default_value = ".")]
    after: String,
    #[command(flatten)]
    json: Json,
    /// Print Markdown for a pull request, at most 60 kB
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Show every line of long differences
    #[arg(long, conflicts_with_all = ["json", "markdown"])]
    full: bool,
    /// Exit with 70 if anything differs
    #[arg(long)]
    exit_code: bool,
    /// Show the changes of this `OpenTofu` plan (the output of `tofu show -json`)
    #[arg(long, value_name = "FILE")]
    infra_plan: Option<PathBuf>,
    #[command(flatten)]
    supply: Supply,
}

/// Compares two sides and prints the differences.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let report = compare(context, &project, &args).await?;
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

async fn compare(context: &Context<'_>, project: &Project, args: &Args) -> Result<Report> {
    let known = names(project);
    let before = args.before.clone().unwrap_or_else(|| default_before(project).to_owned());
    let (before, after) = (SideName::parse(&before, &known)?, SideName::parse(&args.after, &known)?);
    let sources = compare_context(context, project, &args.supply)?;
    let plan = args.infra_plan.as_ref().map(|file| {
        let text =
            std::fs::read_to_string(file).with_context(Kind::Usage, || format!("read `{}`", file.display()));
        text.and_then(|text| planned_resources(&text))
    });
    let plan = plan.transpose()?;
    let infra = Infra::load(project)?;
    let environment = shared_environment(&before, &after, context.template(project)?.name());
    let events = context.ui.events();
    let (old, new) =
        tokio::try_join!(read(&sources, &before, &environment), read(&sources, &after, &environment))?;
    let extra = Extra { plan, cost: costs(project, &old, &new)? };
    let step = Step::start(events, "diff.build", "Build the manifests of both sides");
    let (left, right) = build_both(&sources.flux, &old.platform, &new.platform).await?;
    step.done(format!("{} of {} phases", right.objects.len(), right.definitions.len()));
    Ok(Report::between((&old, &left), (&new, &right), &infra, extra))
}

/// Returns the monthly cost of both sides at current prices, so that only changes of the layout are visible.
fn costs(project: &Project, before: &Side, after: &Side) -> Result<Option<Cost>> {
    if before.infrastructure.is_none() && after.infrastructure.is_none() {
        return Ok(None);
    }
    let prices = Prices::load(project)?;
    let monthly = |side: &Side| cost::monthly_of_settings(side.infrastructure.as_ref()?, &prices);
    Ok(Some(Cost { before: monthly(before), after: monthly(after) }))
}

/// Returns the sources of both sides: the checkout, the supply and the local registry.
pub(super) fn compare_context(
    context: &Context<'_>,
    project: &Project,
    supply: &Supply,
) -> Result<CompareContext> {
    let registry = *context.template(project)?.ports.registry.get_ref();
    let dirs = HostDirs::from_environment()?;
    Ok(CompareContext {
        project: project.clone(),
        flux: FluxBuild::on_demand(project, &dirs, context.ui.events()),
        dirs,
        supply: supply.mode(),
        registry: format!("127.0.0.1:{registry}"),
    })
}

/// Returns the default of the first side.
fn default_before(project: &Project) -> &'static str {
    if project.root().join("envs/staging.lock.toml").exists() { "staging" } else { "HEAD" }
}

/// Renders the numbers of added, changed and removed objects.
fn counts((added, changed, removed): (usize, usize, usize)) -> String {
    let counts = [(added, "added"), (changed, "changed"), (removed, "removed")];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    counts.map(|(count, kind)| format!("{count} {kind}")).collect::<Vec<_>>().join(", ")
}

/// Renders a monthly cost.
fn eur(cost: Option<f64>) -> String {
    cost.map_or_else(|| "unknown".to_owned(), |cost| format!("{cost:.2}"))
}

/// Renders an image on one side: its version and digest, as far as they are known.
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
