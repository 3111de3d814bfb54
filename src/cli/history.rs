//! `seasense history`: what was brought to an environment, by whom, how it was verified, and whether the record holds.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::{Context, json::Json, promote::brief};
use crate::{
    base::{failure::Result, git::Repository},
    config::Environment,
    promotion::{
        report::short,
        store::{
            broken,
            history::{self, Fault, History, Keys, Line, Record, Signature},
        },
    },
    ui,
};

/// Arguments of `seasense history`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The environment: staging, production
    #[arg(value_name = "ENV")]
    target: String,
    #[command(flatten)]
    json: Json,
}

/// Shows the history and checks every line of it.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = Environment::load(&project, &args.target)?;
    let repository = Repository::open(project.root()).await?;
    let branch = environment
        .rehearsed()
        .map_or_else(|| environment.promotion.branch.get_ref().clone(), |real| format!("rehearsal/{real}"));
    // A runner's checkout has no branch of that name; what it has checked out is what is meant.
    let head = match repository.commit_of(&format!("refs/heads/{branch}")).await? {
        Some(head) => Some(head),
        None => repository.commit_of("HEAD").await?,
    };
    let (mut text, mut allowed) = (None, None);
    if let Some(head) = &head {
        text = repository.show(head, &history::file(environment.name())).await?;
        allowed = repository.show(head, &history::allowed_file()).await?;
    }
    let (mut history, fault) = History::parse(environment.name(), &text.unwrap_or_default());
    Keys::new(None, &allowed.unwrap_or_default())?.check_all(&mut history).await?;
    let fault = history.forged().or(fault);
    args.json.print(context, &describe(environment.name(), &history, fault.as_ref()), || {
        table(environment.name(), &history)
    })?;
    match fault {
        None => Ok(ExitCode::SUCCESS),
        Some(fault) => Err(broken(environment.name(), &fault)),
    }
}

/// The JSON form, oldest first.
fn describe(environment: &str, history: &History, fault: Option<&Fault>) -> Value {
    let record = |line: &Line| json!({"record": line.record, "signature": signature(line)});
    json!({
        "version": 1,
        "environment": environment,
        "trusted": fault.is_none(),
        "fault": fault.map(|fault| json!({"line": fault.line, "what": fault.what})),
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

/// For people, newest first.
fn table(environment: &str, history: &History) -> String {
    if history.lines.is_empty() {
        return format!("nothing was brought to {environment} yet\n");
    }
    let rows: Vec<[String; 7]> = history.lines.iter().rev().map(row).collect();
    ui::table(["WHEN", "WHO", "WHAT", "DIGEST", "OUTCOME", "SIGNATURE", "VERIFIED BY"], &rows)
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
        how(record),
    ]
}

/// How it was verified, or why it was worse.
fn how(record: &Record) -> String {
    match (record.outcome, &record.figures) {
        (history::Outcome::Verified, Some(figures)) => brief(figures),
        _ => record.reason.clone(),
    }
}
