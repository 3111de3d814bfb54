//! Tries the new migrations of a rehearsed digest on a copy of the schema.

use std::collections::BTreeMap;

use super::{Driver, EvidenceSource, Order, watch::in_one_line};
use crate::{
    base::event::Step,
    promotion::{
        gates::{Gate, MIGRATIONS, Migration, Migrations},
        report::Report,
        store::PromotionStore,
        target::Target,
        trial::{File, Plan},
    },
};

/// The gate with the result of the trial. It is evaluated after the deployment: only then a rehearsal has a database.
const ID: &str = "migration-trial";

/// Returns the trial of a rehearsal, or the gate that says why there is none.
pub(super) fn plan(rehearsed: Option<Result<Migrations, String>>) -> (Option<Plan>, Option<Gate>) {
    let migrations = match rehearsed {
        None => return (None, None),
        Some(Err(why)) => return (None, Some(Gate::refused(ID, why))),
        Some(Ok(migrations)) => migrations,
    };
    let Some(applied) = migrations.before else {
        return (None, Some(Gate::skipped(ID, "the environment runs nothing yet, so no request can wait")));
    };
    let is_new = |name: &String| !applied.contains_key(name);
    let new: BTreeMap<_, _> = migrations.after.into_iter().filter(|(name, _)| is_new(name)).collect();
    if new.is_empty() {
        return (None, Some(Gate::skipped(ID, "no new migration")));
    }
    (Some(Plan { applied: files(applied), new: files(new) }), None)
}

fn files(migrations: BTreeMap<String, Migration>) -> Vec<File> {
    let file = |(name, migration): (String, Migration)| File {
        path: format!("{MIGRATIONS}/{name}"),
        sql: migration.sql,
    };
    migrations.into_iter().map(file).collect()
}

/// Adds the refusal of the trial to the verdict of the watch. It is named first, because it has the place in a file.
pub(super) fn verdict(watched: Option<String>, tried: Option<String>) -> Option<String> {
    match (watched, tried) {
        (watched, None) => watched,
        (None, tried) => tried,
        (Some(watched), Some(tried)) => Some(format!("{tried}; and {watched}")),
    }
}

impl<T: Target, S: PromotionStore, E: EvidenceSource> Driver<'_, T, S, E> {
    /// Runs the new migrations on a copy of the schema and reports the measurements. Returns why they must not be
    /// promoted; `None` if they may.
    pub(super) async fn try_migrations(
        &self,
        order: &Order,
        plan: Option<&Plan>,
        report: &mut Report,
    ) -> Option<String> {
        let (plan, limit) = (plan?, order.rules.migration_stall?);
        let step = Step::start(
            self.events,
            "promote.migrations",
            "Run the new migrations on a copy of the schema, under load",
        );
        let trial = match self.target.try_migrations(plan).await {
            Ok(trial) => trial,
            Err(failure) => {
                let why = format!("the new migrations could not be tried: {}", in_one_line(&failure));
                report.gates.push(Gate::refused(ID, why.clone()));
                return Some(why);
            }
        };
        let refusal = trial.refusal(limit);
        let gate = match &refusal {
            None => {
                step.done(trial.text());
                Gate::passed(ID, trial.text())
            }
            Some(refusal) => Gate::refused(ID, refusal.clone()),
        };
        report.gates.push(gate);
        report.migrations = Some(trial);
        refusal
    }
}
