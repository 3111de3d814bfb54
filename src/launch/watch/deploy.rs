//! Deploys the tree and waits until the cluster runs it.

use super::{Changes, Session, Workload};
use crate::{
    artifact::{self, CheckInput, Packed, Provenance, Rendered, Tree},
    base::{digest::Digest, failure::Result, wait::Deadline},
    launch::locate::locate,
    phases::{self, Follow, WaitFor},
    workloads,
};

impl Session<'_> {
    /// Points Flux at the tree if it differs, and waits until the differences are applied and ready.
    ///
    /// Returns the text to report; `None` if there was no difference.
    pub(super) async fn deploy(
        &mut self,
        pending: &mut Changes,
        deadline: Deadline,
    ) -> Result<Option<String>> {
        let tree = Tree::read(&self.quiet.project).await?;
        let (rendered, packed) = self.pack(&tree).await?;
        if packed.digest == self.followed && self.rollouts().is_empty() {
            *pending = Changes::default();
            return Ok(None);
        }
        self.progress("applying");
        artifact::push(&packed, &self.registry.host, artifact::REPOSITORY).await?;
        phases::update_source(&self.client, &self.registry.inside, &packed.digest).await?;
        self.followed = packed.digest.clone();
        // Flux has these changes: a newer change contains only its own.
        *pending = Changes::default();
        let waited = self.wait(rendered, &packed.digest, deadline).await;
        waited.map(Some).map_err(|failure| locate(failure, &tree))
    }

    async fn pack(&self, tree: &Tree) -> Result<(Rendered, Packed)> {
        let check = CheckInput::read(&self.quiet.project, &self.quiet.dirs, tree.clone())?;
        let check = check.only(self.environment.name());
        if let Some(failure) =
            artifact::combined(artifact::check(&check, &self.flux_build, self.validation.as_ref()).await?)
        {
            return Err(failure);
        }
        let rendered = artifact::rerender(tree, &self.lock, &self.applied, &self.flux_build).await?;
        let packed = artifact::pack(&rendered, &Provenance::read(&self.quiet.project).await?)?;
        Ok((rendered, packed))
    }

    async fn wait(&mut self, rendered: Rendered, digest: &Digest, deadline: Deadline) -> Result<String> {
        let mut names = artifact::changed(&self.applied, &rendered);
        // A Kustomization whose last wait did not succeed may run neither the former nor the new state.
        names.append(&mut self.uncertain);
        self.uncertain.clone_from(&names);
        let what = Follow { digest, deadline };
        phases::wait_for(&self.client, what, &names, WaitFor::Applied).await?;
        self.applied = rendered;
        self.progress("applied");
        let mut text = format!("applied after {}", self.elapsed());
        // Ends the wait for the rollouts at a terminal error of any phase.
        let failing = async {
            phases::follow(&self.client, what, &self.quiet.events).await?;
            std::future::pending::<Result<()>>().await
        };
        let rollouts = self.rollouts();
        let ready = async {
            for (_, name, image) in &rollouts {
                workloads::wait_for_rollout(&self.client, name, image, deadline).await?;
            }
            if rollouts.is_empty() {
                phases::wait_for(&self.client, what, &names, WaitFor::Ready).await?;
            }
            Ok(())
        };
        tokio::select! {
            biased;
            ready = ready => ready?,
            failing = failing => failing?,
        }
        for (workload, ..) in &rollouts {
            text += &format!(", {} live after {}", workload.name(), self.elapsed());
            self.rolling.remove(workload);
        }
        self.progress("live");
        self.uncertain.clear();
        Ok(text)
    }

    /// The Deployments that get a new image, with its digest.
    fn rollouts(&self) -> Vec<(Workload, &'static str, Digest)> {
        let rolling = self.rolling.iter();
        rolling
            .filter_map(|(workload, image)| Some((*workload, workload.deployment()?, image.clone())))
            .collect()
    }

    /// Waits without a report until every phase is ready at the digest that Flux follows.
    pub(super) async fn follow_all(&self) -> Result<()> {
        let what = Follow { digest: &self.followed, deadline: self.deadline() };
        phases::follow(&self.client, what, &self.quiet.events).await?;
        phases::mark_verified(&self.client, &self.registry.inside, &self.followed).await
    }
}
