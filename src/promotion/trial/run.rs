//! Runs a trial.

use std::future::Future;

use futures_util::future::join_all;

use super::{
    answer::{self, Progress},
    files::{File, Plan},
    load::{self, WORKERS},
    result::{Trial, Tried},
    script,
};
use crate::base::failure::{Failure, Kind, Result};

/// The readings in the copy.
pub const READINGS: u64 = 50_000;

/// The database of the copy, beside the environment's own.
const DATABASE: &str = "seasense_trial";

/// The output of a script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Rows, fields separated by `|`.
    pub stdout: String,
    /// Messages of the server.
    pub stderr: String,
}

/// Runs scripts of `psql` as superuser, each in a session of its own.
pub trait Sql {
    /// Runs `script` in `database`. Fails if psql does: the first error ends it unless the script allows errors.
    fn run(&self, database: &str, script: &str) -> impl Future<Output = Result<Answer>>;
}

/// Makes a copy of the schema, runs the new migrations on it one by one under load, and removes it.
pub async fn run(sql: &impl Sql, plan: &Plan) -> Result<Trial> {
    let trial = on_a_copy(sql, plan).await;
    let removed = sql.run("postgres", &script::remove(DATABASE)).await;
    let trial = trial?;
    removed?;
    Ok(trial)
}

async fn on_a_copy(sql: &impl Sql, plan: &Plan) -> Result<Trial> {
    sql.run("postgres", &script::create(DATABASE)).await?;
    sql.run(DATABASE, script::PREPARE).await?;
    for file in &plan.applied {
        let answer = sql.run(DATABASE, &script::apply(file)).await?;
        let progress = Progress::read(&answer.stdout);
        if progress.ended.is_none() {
            let at = answer::failed(file, &progress, &answer.stderr);
            return Err(cannot("make a copy of the target's schema").because(format!(
                "{}:{}:{}: {}",
                at.file,
                at.line,
                at.column,
                at.error.unwrap_or_default()
            )));
        }
    }
    sql.run(DATABASE, &script::fill(READINGS)).await?;
    let mut trial = Trial { readings: READINGS, tried: Vec::new() };
    for (number, file) in plan.new.iter().enumerate() {
        let tried = under_load(sql, number, file).await?;
        let has_failed = tried.error.is_some();
        trial.tried.push(tried);
        if has_failed {
            break;
        }
    }
    Ok(trial)
}

/// Runs one migration while every session of the load makes requests.
async fn under_load(sql: &impl Sql, number: usize, file: &File) -> Result<Tried> {
    let scripts = WORKERS.iter().map(|worker| load::worker(number, worker)).chain([load::watcher(number)]);
    let load = join_all(scripts.map(async |script| sql.run(DATABASE, &script).await));
    let migration = async {
        let applied = attempt(sql, number, file).await;
        let stopped = sql.run(DATABASE, &script::stop(number)).await;
        applied.and_then(|applied| stopped.map(|_| applied))
    };
    let (load, applied) = tokio::join!(load, migration);
    // A load that does not start is why the migration did not.
    load.into_iter().collect::<Result<Vec<_>>>()?;
    let (progress, stderr) = applied?;
    let Some(ended) = progress.ended else { return Ok(answer::failed(file, &progress, &stderr)) };
    let began = progress.began.first().copied().unwrap_or(ended);
    let measured = sql.run(DATABASE, &script::measured(number, (began, ended))).await?;
    answer::tried(file, &progress, &measured.stdout)
        .map_err(|fault| cannot("make requests to a copy of the target's schema").because(fault))
}

/// Applies a migration, and waits for the requests after it.
async fn attempt(sql: &impl Sql, number: usize, file: &File) -> Result<(Progress, String)> {
    let answer = sql.run(DATABASE, &script::attempt(number, file)).await?;
    let progress = Progress::read(&answer.stdout);
    if let Some(ended) = progress.ended {
        sql.run(DATABASE, &script::settle(number, ended)).await?;
    }
    Ok((progress, answer.stderr))
}

fn cannot(what: &str) -> Failure {
    Failure::new(Kind::Promotion, format!("cannot {what}"))
}
