//! From the tree as it is to Flux, and the wait until the cluster runs it.

use super::session::Session;
use crate::{
    artifact::{self, Packed, Provenance, Rendered, Tree},
    base::{
        failure::{Failure, Result},
        wait::Deadline,
    },
    launch::watch::{Changes, Workload},
    phases::{self, Follow, WaitFor},
    workloads,
};

impl Session<'_> {
    /// Hands the tree to Flux unless it has it, and waits until what differs is applied and well.
    ///
    /// Gives what to say of it; nothing where there was no difference.
    pub(super) async fn deliver(
        &mut self,
        pending: &mut Changes,
        deadline: Deadline,
    ) -> Result<Option<String>> {
        let tree = Tree::read(&self.quiet.project).await?;
        let (rendered, packed) = self.pack(&tree).await?;
        if packed.digest == self.told && self.deployments().is_empty() {
            *pending = Changes::default();
            return Ok(None);
        }
        self.progress("applying");
        artifact::push(&packed, &self.registry.host, artifact::whole::REPOSITORY).await?;
        phases::update_source(&self.client, &self.registry.inside, &packed.digest).await?;
        self.told.clone_from(&packed.digest);
        // Flux has it: a newer change has only itself to hand over.
        *pending = Changes::default();
        let waited = self.wait(rendered, &packed.digest, deadline).await;
        waited.map(Some).map_err(|failure| blamed(failure, &tree))
    }

    async fn pack(&self, tree: &Tree) -> Result<(Rendered, Packed)> {
        let rendered = artifact::render_again(tree, &self.lock, &self.applied)?;
        let packed = artifact::pack(&rendered, &Provenance::read(&self.quiet.project).await?)?;
        Ok((rendered, packed))
    }

    async fn wait(&mut self, rendered: Rendered, digest: &str, deadline: Deadline) -> Result<String> {
        let mut names = artifact::changed(&self.applied, &rendered);
        // What was refused half-way, or given up for a newer change, is in neither of the two for certain.
        names.append(&mut self.doubtful);
        self.doubtful.clone_from(&names);
        let what = Follow { digest, deadline };
        phases::wait_for(&self.client, what, &names, WaitFor::Applied).await?;
        self.applied = rendered;
        self.progress("applied");
        let mut told = format!("applied after {}", self.so_far());
        // Whether it ends well is known first by whoever fails; nothing else ends a wait that cannot end well.
        let failing = async {
            phases::follow(&self.client, what, &self.quiet.events).await?;
            std::future::pending::<Result<()>>().await
        };
        let rolling = self.deployments();
        let well = async {
            for (_, name, image) in &rolling {
                workloads::rolled_out(&self.client, name, image, deadline).await?;
            }
            if rolling.is_empty() {
                phases::wait_for(&self.client, what, &names, WaitFor::Ready).await?;
            }
            Ok(())
        };
        tokio::select! {
            biased;
            well = well => well?,
            failing = failing => failing?,
        }
        for (workload, ..) in &rolling {
            told += &format!(", {} live after {}", workload.name(), self.so_far());
            self.rolling.remove(workload);
        }
        self.progress("live");
        self.doubtful.clear();
        Ok(told)
    }

    /// The Deployments that get a new image, and which.
    fn deployments(&self) -> Vec<(Workload, &'static str, String)> {
        let named = self.rolling.iter();
        named
            .filter_map(|(workload, image)| Some((*workload, workload.deployment()?, image.clone())))
            .collect()
    }

    /// Waits until all the rest is ready with what Flux was told, which no line tells of.
    pub(super) async fn settled(&self) -> Result<()> {
        let what = Follow { digest: &self.told, deadline: self.deadline() };
        phases::follow(&self.client, what, &self.quiet.events).await.map(drop)
    }
}

/// Names the line of the tree that the cluster speaks of.
fn blamed(failure: Failure, tree: &Tree) -> Failure {
    match artifact::blame(tree, &failure.causes.join("\n")) {
        Some(place) if failure.location.is_none() => failure.at(place),
        _ => failure,
    }
}
