//! What stands while a run lasts, and how it goes.

use std::sync::{Mutex, PoisonError};

use super::{report::Report, warn};
use crate::{
    config::Environment,
    engine::{self, EngineContext, Extent, Heartbeat, Lock},
    event::Event,
    failure::Result,
    observe::{self, Observer},
};

/// What a run has made; outside the run's own work, which may be cut off at any moment.
#[derive(Default)]
pub struct Standing(Mutex<Option<Made>>);

/// An environment, what keeps others from it and what keeps it alive.
pub struct Made {
    /// What the engine works with.
    pub engine: EngineContext,
    /// The environment, with the port that it really has.
    pub environment: Environment,
    /// Nobody else works on it.
    pub lock: Lock,
    /// Its reaper leaves it alone.
    pub heartbeat: Heartbeat,
}

impl Standing {
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
    pub async fn clear(&self, report: &Report, worked: &Result<()>) -> Result<()> {
        let made = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(made) = made else { return Ok(()) };
        if worked.is_err() {
            look(&made, report).await;
            // diagnose
        }
        if let Err(failure) = report.write() {
            warn(report, "the report is not written yet", &failure);
        }
        let cluster = made.environment.cluster_name();
        let name = (made.environment.instance(), cluster.as_str());
        let removed = engine::remove(&made.engine.host(), name, Extent::Environment).await?;
        made.lock.forget(&made.engine.places, &cluster);
        drop(made.heartbeat);
        let text = format!("{} containers removed, no file left", removed.containers.len());
        report.events().emit(Event::Notice { text });
        Ok(())
    }
}

/// Notes how each phase and each part stands when the run fails.
async fn look(made: &Made, report: &Report) {
    if report.has("health") {
        return;
    }
    let observer =
        Observer { environment: &made.environment, places: &made.engine.places, docker: &made.engine.docker };
    let (parts, phases) = observe::health(&observe::snapshot(observer).await);
    report.add_checks("phases", &phases);
    report.add_checks("health", &parts);
}
