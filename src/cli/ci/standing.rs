//! What stands while a run lasts, and how it goes.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::{report::Report, warn};
use crate::{
    base::{
        event::Event,
        failure::{Failure, Kind, Result},
    },
    config::Environment,
    diagnose,
    local::{
        LocalContext,
        cluster::{self, Lock, RemoveScope},
        leases::Heartbeat,
    },
    observe::{self, Observer},
};

/// Nobody waits longer for a failure that is known already.
const DIAGNOSE_LIMIT: Duration = Duration::from_secs(30);

/// What a run has made; outside the run's own work, which may be cut off at any moment.
#[derive(Default)]
pub struct EnvironmentGuard(Mutex<Option<Made>>);

/// An environment, what keeps others from it and what keeps it alive.
pub struct Made {
    /// What the engine works with.
    pub engine: LocalContext,
    /// The environment, with the port that it really has.
    pub environment: Environment,
    /// Nobody else works on it.
    pub lock: Lock,
    /// Its reaper leaves it alone.
    pub heartbeat: Heartbeat,
}

impl EnvironmentGuard {
    /// Notes what was made.
    pub fn set(&self, made: Made) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
    }

    /// Notes that the environment got another port.
    pub fn moved(&self, environment: &Environment) {
        if let Some(made) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            made.environment = environment.clone();
        }
    }

    /// Removes what was made. After a failure it is looked at first: that is the last chance.
    pub async fn clear(&self, report: &Report, worked: &Result<()>, junit: Option<&Path>) -> Result<()> {
        let made = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(made) = made else { return Ok(()) };
        if let Err(failure) = worked {
            look(&made, report).await;
            if failure.kind != Kind::Interrupted {
                diagnose(&made, report, failure, junit).await;
            }
        }
        if let Err(failure) = report.write() {
            warn(report, "the report is not written yet", &failure);
        }
        let cluster = made.environment.cluster_name();
        let name = (made.environment.instance(), cluster.as_str());
        let removed = cluster::remove(&made.engine.host(), name, RemoveScope::Environment).await?;
        made.lock.forget(&made.engine.dirs, &cluster);
        drop(made.heartbeat);
        let text = format!("{} containers removed, no file left", removed.containers.len());
        report.events().emit(Event::Notice { text });
        Ok(())
    }
}

/// Packs what tells of the failure's cause, beside the report, which a CI system keeps; else into the cache.
async fn diagnose(made: &Made, report: &Report, failure: &Failure, junit: Option<&Path>) {
    let subject = diagnose::Subject {
        project: &made.engine.project,
        environment: &made.environment,
        dirs: &made.engine.dirs,
        docker: Some(&made.engine.docker),
        events: report.events(),
    };
    let out = junit.map(|junit| junit.with_file_name("diagnostics.tar.zst"));
    let at = jiff::Timestamp::now();
    let options = diagnose::Options { out, logs: true, limit: DIAGNOSE_LIMIT, failure: Some(failure), at };
    match diagnose::collect(subject, &options).await {
        Ok(file) => {
            let text = format!("what was seen is packed in {}, without secrets", file.display());
            report.events().emit(Event::Notice { text });
        }
        Err(lost) => warn(report, "no diagnostics could be packed", &lost),
    }
}

/// Notes how each phase and each part stands when the run fails.
async fn look(made: &Made, report: &Report) {
    if report.has("health") {
        return;
    }
    let observer = Observer {
        environment: &made.environment,
        dirs: &made.engine.dirs,
        docker: Some(&made.engine.docker),
    };
    let (parts, phases) = observe::health(&observe::snapshot(observer).await);
    report.add_checks("phases", &phases);
    report.add_checks("health", &parts);
}
