//! Collects the evidence for the gates of a promotion: source state, tree, migrations, parity, and cost. Only
//! reads.

mod cost;
mod migrations;
mod parity;
mod phases;
mod rehearsed;
mod tree;

use crate::{
    artifact::FluxBuild,
    base::{digest::Digest, failure::Result},
    compare::CompareContext,
    config::Environment,
    images,
    promotion::{
        context::PromotionContext,
        driver::{Evidence, EvidenceSource},
        store::EnvLock,
        target::{Content, ObservedEnvironment},
    },
};

/// The directories of the work tree that a promotion reads.
const READ: [&str; 4] = ["envs", "gitops", "infra", "src"];

/// Collects the evidence from the repository, the source environment, the comparison and the price table.
pub struct CollectedEvidence<'a, T> {
    pub context: &'a PromotionContext,
    pub source: &'a T,
    pub source_environment: &'a Environment,
    /// The digest to promote.
    pub digest: &'a Digest,
    /// The reason for a cost above the budget.
    pub over_budget: Option<&'a str>,
}

impl<T: ObservedEnvironment> EvidenceSource for CollectedEvidence<'_, T> {
    async fn collect(&self, content: &Content, lock: Option<&EnvLock>) -> Result<Evidence> {
        let PromotionContext { local, repository, environment, .. } = self.context;
        let project = &local.project;
        // If the artifact was packed with edits, its commit differs from it, and the work tree is the closest
        // match.
        let commit = match &content.commit {
            Some(commit) => repository.commit_of(commit).await?,
            None => None,
        };
        let compare = CompareContext {
            project: project.clone(),
            dirs: local.dirs.clone(),
            supply: images::Mode::Auto,
            registry: format!("127.0.0.1:{}", self.source_environment.ports.registry.get_ref()),
            flux: FluxBuild::on_demand(project, &local.dirs, &local.events),
        };
        let rehearsed = rehearsed::lock_of_original(project, repository, environment).await?;
        let exact = commit.as_deref().filter(|_| !content.dirty);
        Ok(Evidence {
            source: self.source.state().await?,
            tree: tree::check(local, repository, &compare.flux, exact).await?,
            migrations: migrations::collect(project, repository, exact, lock.or(rehearsed.as_ref())).await?,
            rehearsed: if environment.is_rehearsal() {
                let lock = rehearsed.as_ref().or(lock);
                Some(migrations::collect(project, repository, exact, lock).await?)
            } else {
                None
            },
            commit_is_known: commit.is_some(),
            edited: repository.edited(&READ).await?,
            parity: parity::compare((&compare, local), self.source_environment, environment).await,
            phases: phases::compare(&compare, environment, (lock, self.digest)).await,
            cost: cost::of(project, environment, self.over_budget),
        })
    }
}
