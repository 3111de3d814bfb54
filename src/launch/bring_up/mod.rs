//! `dev`: prepares the inputs, observes the environment, plans and executes.

mod actions;
mod observe;

use std::time::Duration;

pub use self::actions::{LocalActions, Verified};
use super::{
    execute::execute,
    inputs::{self, Inputs, Platform, SupplyOptions},
    plan::{self, Desired, Plan},
    run_record::RunRecord,
    watch::Watcher,
};
use crate::{
    base::{failure::Result, wait::Deadline},
    config::Environment,
    local::{LocalContext, doctor},
    observe::EnvironmentStatus,
};

/// The user's request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// How images are obtained.
    pub supply: SupplyOptions,
    /// Whether an existing cluster is removed first, with its data.
    pub recreate: bool,
    /// The time from now after which the environment removes itself.
    pub ttl: Option<Duration>,
    /// How long the execution may take.
    pub timeout: Duration,
    /// Whether the checkout is watched from the time of the plan.
    pub watch: bool,
    /// Whether only the plan is wanted: then nothing is built or changed.
    pub plan_only: bool,
}

/// A plan with the platform that it is for; nothing is changed yet.
pub struct Prepared {
    /// The platform.
    pub platform: Platform,
    /// The plan.
    pub plan: Plan,
    /// Watches the checkout, if requested: no edit after the plan is missed.
    pub watcher: Option<Watcher>,
}

/// A started environment.
pub struct BroughtUp {
    /// Its platform.
    pub platform: Platform,
    /// Its verified state.
    pub status: EnvironmentStatus,
    /// The watcher, if requested.
    pub watcher: Option<Watcher>,
}

/// Prepares the images and the artifact, observes the environment and plans.
pub async fn prepare(
    context: &LocalContext,
    environment: &Environment,
    inputs: Inputs,
    request: &Request,
) -> Result<Prepared> {
    doctor::require(context, environment).await?;
    let platform = if request.plan_only {
        inputs::prepare_plan(context, environment, inputs, request.supply).await?
    } else {
        inputs::prepare(context, environment, inputs, request.supply).await?
    };
    let observed = observe::observe(context, &platform).await?;
    let watcher = request.watch.then(|| Watcher::start(&context.project, environment.name())).transpose()?;
    let desired = Desired { recreate: request.recreate, ttl: request.ttl, ..desired(&platform) };
    Ok(Prepared { plan: plan::build(&desired, &observed), platform, watcher })
}

/// Prepares and executes the plan; stores it in `record`.
pub async fn run(
    context: &LocalContext,
    environment: &Environment,
    inputs: Inputs,
    request: &Request,
    record: &mut RunRecord<'_>,
) -> Result<BroughtUp> {
    let Prepared { platform, plan, watcher } = prepare(context, environment, inputs, request).await?;
    record.set_plan(&plan);
    let deadline = Deadline::after(request.timeout);
    let verified = execute(&plan, &LocalActions::new(context, &platform, deadline)).await?;
    Ok(BroughtUp { platform, status: verified.status, watcher })
}

/// The desired state that `platform` describes.
pub fn desired(platform: &Platform) -> Desired {
    Desired {
        digest: platform.packed.digest.clone(),
        buoys: *platform.environment.fleet.buoys.get_ref(),
        recreate: false,
        ttl: None,
    }
}
