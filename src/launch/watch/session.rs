//! The state that a watch keeps between two changes, and how it applies one.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use super::{Changes, Workload};
use crate::{
    artifact::{ApiValidation, FluxBuild, Rendered},
    base::{
        digest::Digest,
        duration,
        event::{Event, Events, Silent, Step},
        failure::{Failure, Kind, Result},
        k8s::Client,
        wait::Deadline,
    },
    config::Environment,
    images::{IncrementalBuilder, Lock},
    launch::inputs::{Platform, SupplyOptions},
    local::{LocalContext, cluster},
    registry::Registry,
};

/// A watch of one environment.
pub struct Session<'a> {
    events: Events,
    /// Shows a failure that does not end the watch.
    report: &'a dyn Fn(&Failure),
    /// Emits no events: one line reports the whole change.
    pub(super) quiet: LocalContext,
    pub(super) client: Client,
    pub(super) environment: Environment,
    pub(super) builder: Arc<IncrementalBuilder>,
    pub(super) registry: Registry,
    /// The supply lock with the images that were built since. The lock on disk stays unchanged.
    pub(super) lock: Lock,
    /// The digest that Flux follows.
    pub(super) followed: Digest,
    /// The files of the last artifact that was applied.
    pub(super) applied: Rendered,
    /// Builds the manifests.
    pub(super) flux_build: FluxBuild,
    pub(super) validation: Option<ApiValidation>,
    /// The Kustomizations that may have applied something else: their last wait failed or was superseded.
    pub(super) uncertain: BTreeSet<String>,
    /// The digests of images that are deployed and not yet available, by workload.
    pub(super) rolling: BTreeMap<Workload, Digest>,
    /// The workloads whose last build failed.
    pub(super) broken: BTreeSet<Workload>,
    pub(super) fleet_image: String,
    limit: Duration,
    step: Option<Step>,
}

impl<'a> Session<'a> {
    /// Opens a watch of the environment that `dev` has brought up; each change may take `limit`.
    pub async fn open(
        context: &LocalContext,
        platform: Platform,
        (supply, limit): (SupplyOptions, Duration),
        report: &'a dyn Fn(&Failure),
    ) -> Result<Self> {
        let environment = platform.environment;
        let quiet = LocalContext { events: Arc::new(Silent), ..context.clone() };
        let supply = supply.context(&quiet, &environment).await?;
        let handle = cluster::handle(&context.dirs, &environment.cluster_name());
        Ok(Self {
            client: Client::connect(&handle).await?,
            builder: Arc::new(IncrementalBuilder::open(supply, platform.registry.clone())?),
            followed: platform.packed.digest,
            applied: platform.rendered,
            flux_build: platform.flux_build,
            validation: platform.validation,
            lock: platform.lock,
            registry: platform.registry,
            fleet_image: platform.fleet_image,
            uncertain: BTreeSet::new(),
            rolling: BTreeMap::new(),
            broken: BTreeSet::new(),
            events: Arc::clone(&context.events),
            step: None,
            limit,
            report,
            quiet,
            environment,
        })
    }

    /// The builder that compiles the workloads.
    pub fn builder(&self) -> Arc<IncrementalBuilder> {
        Arc::clone(&self.builder)
    }

    /// The sink of the events.
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// Ends the step of the current change, which a newer change includes.
    pub fn supersede(&mut self) {
        if let Some(step) = self.step.take() {
            step.unchanged("superseded by a newer change");
        }
    }

    /// Applies `pending` and removes the completed changes from it. If the future is dropped, the next call
    /// applies the rest.
    pub async fn apply(&mut self, pending: &mut Changes) {
        self.step = Some(Step::start(&self.events, "watch.change", pending.title()));
        let outcome = self.attempt(pending).await;
        let step = self.step.take();
        match (outcome, step) {
            (Ok(detail), Some(step)) if detail.is_empty() => step.unchanged("no difference"),
            (Ok(detail), Some(step)) => step.done(detail),
            (Ok(_), None) => {}
            (Err(failure), step) => {
                drop(step);
                self.show(&failure);
                // The failure remains until the next edit.
                *pending = Changes::default();
                return;
            }
        }
        // The change is reported; other phases that it affects are still followed.
        if let Err(failure) = self.follow_all().await {
            self.show(&failure);
        }
    }

    async fn attempt(&mut self, pending: &mut Changes) -> Result<String> {
        let deadline = Deadline::after(self.limit);
        let mut results = Vec::new();
        if std::mem::take(&mut pending.infra) {
            self.warn("`--watch` does not apply changes of `infra/`: stop it and run `seasense dev`");
        }
        if pending.environment {
            results.extend(self.reload(deadline).await?);
            pending.environment = false;
        }
        let built = self.rebuild(&mut pending.workloads).await;
        if let (Err(failure), true) = (&built, pending.manifests) {
            self.show(failure);
        } else {
            built?;
        }
        results.extend(self.deploy(pending, deadline).await?);
        results.extend(self.update_fleet(deadline).await?);
        Ok(results.join(", "))
    }

    /// Reports the progress of the change.
    pub(super) fn progress(&self, text: &str) {
        if let Some(step) = &self.step {
            step.progress(0, None, text);
        }
    }

    /// The time since the change began, for its report.
    pub(super) fn elapsed(&self) -> String {
        duration::text(self.step.as_ref().map(Step::elapsed).unwrap_or_default())
    }

    pub(super) fn deadline(&self) -> Deadline {
        Deadline::after(self.limit)
    }

    pub(super) fn warn(&self, text: &str) {
        self.events.emit(Event::Warning { text: text.to_owned() });
    }

    /// Shows a failure that does not end the watch.
    fn show(&self, failure: &Failure) {
        let mut failure = failure.clone();
        if failure.kind == Kind::Phase || failure.location.is_some() {
            failure.hints.retain(|hint| !hint.contains("`seasense dev` again"));
            failure = failure.hint("the last applied state keeps running; save a correction to apply it");
        }
        (self.report)(&failure);
    }
}
