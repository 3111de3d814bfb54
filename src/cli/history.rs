//! `seasense history`: shows the records of an environment and whether they can be trusted.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::{Context, json::Json, promote::brief};
use crate::{
    base::{failure::Result, git::Repository},
    config::Environment,
    promotion::{
        report::short,
        store::{
            broken_history,
            history::{Fault, History, Line, Outcome, Record, Signature},
            read_history,
        },
    },
    ui,
};

/// The version of the JSON format.
const VERSION: u32 = 2;

/// Arguments of `seasense history`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Environment: staging, production; or a rehearsal, for example rehearsal-staging
    #[arg(value_name = "ENV")]
    target: String,
    #[command(flatten)]
    json: Json,
}

/// Prints the history. Fails if a line cannot be trusted.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = Environment::named(&project, &args.target)?;
    let repository = Repository::open(project.root()).await?;
    let (history, fault) = read_history(&repository, &environment).await?;
    args.json.print(context, &describe(environment.name(), &history, fault.as_ref()), || {
        table(environment.name(), &history)
    })?;
    match fault {
        None => Ok(ExitCode::SUCCESS),
        Some(fault) => Err(broken_history(environment.name(), &fault)),
    }
}

/// Returns the JSON format, oldest record first.
fn describe(environment: &str, history: &History, fault: Option<&Fault>) -> Value {
    let record = |line: &Line| json!({"record": line.record, "signature": signature(line)});
    json!({
        "version": VERSION,
        "environment": environment,
        "trusted": fault.is_none(),
        "fault": fault.map(|fault| json!({"line": fault.line, "reason": fault.reason})),
        "records": history.lines.iter().map(record).collect::<Value>(),
    })
}

fn signature(line: &Line) -> Value {
    match &line.checked {
        Some(Signature::Good(who)) => json!({"state": "good", "detail": who}),
        Some(Signature::Bad(why)) => json!({"state": "bad", "detail": why}),
        Some(Signature::Unsigned) | None => json!({"state": "unsigned", "detail": null}),
    }
}

/// Returns the table, newest record first.
fn table(environment: &str, history: &History) -> String {
    if history.lines.is_empty() {
        return format!("no digest was promoted to {environment} yet\n");
    }
    let rows: Vec<[String; 7]> = history.lines.iter().rev().map(row).collect();
    ui::table(["WHEN", "WHO", "ACTION", "DIGEST", "OUTCOME", "SIGNATURE", "RESULT"], &rows)
}

fn row(line: &Line) -> [String; 7] {
    let record = &line.record;
    let signature = match &line.checked {
        Some(Signature::Good(who)) => format!("good: {who}"),
        Some(Signature::Bad(_)) => "BAD".to_owned(),
        Some(Signature::Unsigned) | None => "unsigned".to_owned(),
    };
    let who = record.who.split(" <").next().unwrap_or(&record.who);
    [
        format!("{:.0}", record.at),
        who.to_owned(),
        record.action.name().to_owned(),
        short(&record.digest).to_owned(),
        record.outcome.name().to_owned(),
        signature,
        result(record),
    ]
}

/// Returns the measurements of a verified digest, or the reason of the outcome.
fn result(record: &Record) -> String {
    match (record.outcome, &record.watch) {
        (Outcome::Verified, Some(watch)) => brief(watch),
        _ => record.reason.clone(),
    }
}
