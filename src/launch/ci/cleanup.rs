//! Removes the environment of a run, however the run ends.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use super::report::Report;
use crate::{
    base::{
        event::Event,
        failure::{Kind, Result},
    },
    config::Environment,
    diagnose::Subject,
    launch::run_record::{collect_diagnostics, warn},
    local::{
        LocalContext,
        cluster::{self, Lock, RemoveScope},
        leases::Heartbeat,
    },
    observe::{self, Observer},
};

/// The environment that a run has created. It outlives the future of the run, which a signal may drop at any
/// time.
#[derive(Default)]
pub struct EnvironmentGuard(Mutex<Option<Created>>);

/// A created environment with its lock and its heartbeat.
pub struct Created {
    /// The context that it was created in.
    pub context: LocalContext,
    /// The environment, with its actual port.
    pub environment: Environment,
    /// Excludes other runs.
    pub lock: Lock,
    /// Prevents the reaper from removing it.
    pub heartbeat: Heartbeat,
}

impl EnvironmentGuard {
    /// Sets the environment to remove.
    pub fn set(&self, created: Created) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(created);
    }

    /// Updates the environment after its port has changed.
    pub fn set_environment(&self, environment: &Environment) {
        if let Some(created) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            created.environment = environment.clone();
        }
    }

    /// Removes the environment. After a failure its state and diagnostics are collected first.
    pub async fn clear(&self, report: &Report, worked: &Result<()>, junit: Option<&Path>) -> Result<()> {
        let created = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(created) = created else { return Ok(()) };
        if let Err(failure) = worked {
            add_health(&created, report).await;
            if failure.kind != Kind::Interrupted {
                // A CI system keeps the files next to the report.
                let out = junit.map(|junit| junit.with_file_name("diagnostics.tar.zst"));
                collect_diagnostics(subject(&created, report), failure, out).await;
            }
        }
        if let Err(failure) = report.write() {
            warn(report.events(), "the report could not be written", &failure);
        }
        let cluster = created.environment.cluster_name();
        let name = (created.environment.instance(), cluster.as_str());
        let removed = cluster::remove(&created.context.host(), name, RemoveScope::Environment).await?;
        created.lock.forget(&created.context.dirs, &cluster);
        drop(created.heartbeat);
        let text = format!("{} containers removed, no file left", removed.containers.len());
        report.events().emit(Event::Notice { text });
        Ok(())
    }
}

fn subject<'a>(created: &'a Created, report: &'a Report) -> Subject<'a> {
    Subject {
        project: &created.context.project,
        environment: &created.environment,
        dirs: &created.context.dirs,
        docker: Some(&created.context.docker),
        events: report.events(),
    }
}

/// Adds the health of each phase and part to the report, unless it has them.
async fn add_health(created: &Created, report: &Report) {
    if report.has("health") {
        return;
    }
    let observer = Observer {
        environment: &created.environment,
        dirs: &created.context.dirs,
        docker: Some(&created.context.docker),
    };
    let (parts, phases) = observe::health(&observe::status(observer).await);
    report.add_checks("phases", &phases);
    report.add_checks("health", &parts);
}
