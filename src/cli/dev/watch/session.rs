//! What stays warm between two changes, and the round that one change makes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use super::super::{Args, prepare::Platform};
use crate::{
    artifact::Rendered,
    base::{
        event::{Event, Silent, Step},
        failure::{Failure, Kind, Result},
        k8s::Client,
        wait::Deadline,
    },
    config::Environment,
    images::{IncrementalBuilder, Lock},
    launch::watch::{Changes, Workload},
    local::{LocalContext, cluster},
    registry::Registry,
    ui::Ui,
};

/// A watch that is under way.
pub struct Session<'a> {
    pub(super) ui: &'a Ui,
    /// For what is done quietly: one line tells of the whole change.
    pub(super) quiet: LocalContext,
    pub(super) client: Client,
    pub(super) environment: Environment,
    pub(super) bench: Arc<IncrementalBuilder>,
    pub(super) registry: Registry,
    /// The lock of the supply, with the images that were made since in place of its own. The one on disk stays as it is.
    pub(super) lock: Lock,
    /// The artifact that Flux was told last.
    pub(super) told: String,
    /// The files of the last artifact that was seen applied.
    pub(super) applied: Rendered,
    /// The Kustomizations of which it is not known what they have applied.
    pub(super) doubtful: BTreeSet<String>,
    /// The images that were handed over and not yet seen to serve, by workload.
    pub(super) rolling: BTreeMap<Workload, String>,
    /// The workloads whose last build failed.
    pub(super) broken: BTreeSet<Workload>,
    pub(super) fleet_image: String,
    limit: Duration,
    step: Option<Step>,
}

impl<'a> Session<'a> {
    /// Goes on where `dev` has ended.
    pub async fn open(
        ui: &'a Ui,
        engine: &LocalContext,
        platform: Platform<'_>,
        args: &Args,
    ) -> Result<Self> {
        let environment = platform.environment.clone();
        let quiet = LocalContext { events: Arc::new(Silent), ..engine.clone() };
        let supply = args.supply.context(&quiet, &environment);
        let handle = cluster::handle(&engine.dirs, &environment.cluster_name());
        Ok(Self {
            client: Client::connect(&handle).await?,
            bench: Arc::new(IncrementalBuilder::open(supply, platform.registry.clone())?),
            told: platform.packed.digest.to_string(),
            applied: platform.rendered,
            lock: platform.lock,
            registry: platform.registry,
            fleet_image: platform.fleet_image,
            doubtful: BTreeSet::new(),
            rolling: BTreeMap::new(),
            broken: BTreeSet::new(),
            limit: Duration::from_secs(args.timeout),
            step: None,
            ui,
            quiet,
            environment,
        })
    }

    /// Where the workloads are compiled.
    pub fn bench(&self) -> Arc<IncrementalBuilder> {
        Arc::clone(&self.bench)
    }

    /// Says that a newer change takes the place of the one that is waited for.
    pub fn supersede(&mut self) {
        if let Some(step) = self.step.take() {
            step.unchanged("a newer change takes it along");
        }
    }

    /// Carries out `pending` and takes out of it what is done. Dropped at any moment, the next round does the rest.
    pub async fn round(&mut self, pending: &mut Changes) {
        self.step = Some(Step::start(self.ui.events(), "watch.change", pending.title()));
        let outcome = self.attempt(pending).await;
        let step = self.step.take();
        match (outcome, step) {
            (Ok(detail), Some(step)) if detail.is_empty() => step.unchanged("makes no difference"),
            (Ok(detail), Some(step)) => step.done(detail),
            (Ok(_), None) => {}
            (Err(failure), step) => {
                drop(step);
                self.tell(&failure);
                // What is wrong stays so until somebody edits it again.
                *pending = Changes::default();
                return;
            }
        }
        // The line is out; whatever else the change has moved is still followed.
        if let Err(failure) = self.settled().await {
            self.tell(&failure);
        }
    }

    async fn attempt(&mut self, pending: &mut Changes) -> Result<String> {
        let deadline = Deadline::after(self.limit);
        let mut told = Vec::new();
        if std::mem::take(&mut pending.infra) {
            self.warn("`infra/` is followed by a plain run only: end the watch and run `seasense dev`");
        }
        if pending.environment {
            told.extend(self.reload(deadline).await?);
            pending.environment = false;
        }
        let built = self.rebuild(&mut pending.workloads).await;
        if let (Err(failure), true) = (&built, pending.manifests) {
            self.tell(failure);
        } else {
            built?;
        }
        told.extend(self.deliver(pending, deadline).await?);
        told.extend(self.sail(deadline).await?);
        Ok(told.join(", "))
    }

    /// Says what the change is doing.
    pub(super) fn progress(&self, text: &str) {
        if let Some(step) = &self.step {
            step.progress(0, None, text);
        }
    }

    /// How long the change has taken so far, for the line that tells of it.
    pub(super) fn so_far(&self) -> String {
        crate::ui::duration(self.step.as_ref().map(Step::elapsed).unwrap_or_default())
    }

    pub(super) fn deadline(&self) -> Deadline {
        Deadline::after(self.limit)
    }

    pub(super) fn warn(&self, text: &str) {
        self.ui.events().emit(Event::Warning { text: text.to_owned() });
    }

    /// Shows what is wrong, and that it ends nothing.
    fn tell(&self, failure: &Failure) {
        let mut failure = failure.clone();
        if failure.kind == Kind::Phase || failure.location.is_some() {
            failure.hints.retain(|hint| !hint.contains("`seasense dev` again"));
            failure =
                failure.hint("the last good state goes on serving; save a correction and it is applied");
        }
        self.ui.fail(&failure);
    }
}
