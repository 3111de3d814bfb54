//! `seasense ci`: an environment of its own comes up, is checked, is used by a command, and goes, whatever happens.

mod command;
mod report;
mod standing;
mod work;

use std::{ffi::OsString, path::PathBuf, process::ExitCode, time::Duration};

use self::{report::Report, standing::EnvironmentGuard};
use super::{
    Context,
    images::Supply,
    interrupt::{Ended, until_signal},
};
use crate::{
    base::{
        event::Event,
        failure::{Failure, Kind, Result},
    },
    ui::{Ui, duration},
};

/// Arguments of `seasense ci`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    supply: Supply,
    /// Write a JUnit report: a case per step, phase, health check, acceptance check and command
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write every event as a line of JSON
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Give up after this time; two minutes later the environment goes even if this process hangs
    #[arg(long, default_value = "1h", value_name = "TIME", value_parser = super::span::parse)]
    ttl: Duration,
    /// Command to run against the environment, which it finds by `SEASENSE_API_URL`, `SEASENSE_PAGE_URL`, `SEASENSE_CA_FILE`,
    /// `SEASENSE_DATABASE_URL` and `KUBECONFIG`
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Runs all stages; the exit code is that of the first one that failed.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let report = Report::begin(context.ui, args.junit.clone(), args.events.as_deref())?;
    let standing = EnvironmentGuard::default();
    let work = Box::pin(within(args.ttl, work::run(context, &args, &report, &standing)));
    let worked = match until_signal(work).await? {
        Ended::ByItself(result) => result,
        Ended::By(name) => Err(stopped(context.ui, name)),
    };
    // Whatever is still in the way of a clean end must not hold the environment up: a second signal ends this as well.
    let cleared =
        match until_signal(Box::pin(standing.clear(&report, &worked, args.junit.as_deref()))).await? {
            Ended::ByItself(result) => result,
            Ended::By(name) => Err(stopped(context.ui, name)
                .because("this run did not remove its environment: the reaper does that within a minute")),
        };
    let ended = worked.and(cleared);
    report.end(&ended)?;
    ended?;
    context.ui.message(&passed(&report, context.ui));
    Ok(ExitCode::SUCCESS)
}

async fn within(ttl: Duration, work: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::time::timeout(ttl, work).await.unwrap_or_else(|_| {
        Err(Failure::new(Kind::TimedOut, format!("the run took longer than {}", duration(ttl)))
            .hint("give it more time with `--ttl`, or see in the report which step took it"))
    })
}

fn stopped(ui: &Ui, name: &str) -> Failure {
    ui.events().emit(Event::Warning { text: format!("{name}: stopped") });
    Failure::new(Kind::Interrupted, format!("interrupted by {name}"))
}

fn passed(report: &Report, ui: &Ui) -> String {
    let (passed, failed, skipped) = report.count();
    let style = ui.style();
    let head = style.strong("The environment was proved, used and removed.");
    format!(
        "\n{head}\n  {passed} cases passed, {failed} failed, {skipped} skipped  {}\n",
        style.dim(&duration(report.elapsed()))
    )
}

/// Says that something went wrong which does not decide how the run ended.
fn warn(report: &Report, what: &str, failure: &Failure) {
    let why = failure.causes.first().map(|cause| format!(": {cause}")).unwrap_or_default();
    report.events().emit(Event::Warning { text: format!("{what}: {failure}{why}") });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_run_that_takes_too_long_is_told_so() {
        let failure = within(Duration::from_millis(10), std::future::pending()).await.unwrap_err();
        assert_eq!(failure.kind, Kind::TimedOut);
        assert!(failure.hints[0].contains("--ttl"));
    }
}
