//! The promotion store: an environment's lock file and history on its promotion branch.

pub mod forge;
mod git_store;
pub mod history;
pub mod lock_file;

use std::future::Future;

pub use git_store::{GitStore, broken_history, promotion_branch, read_at, read_history, rehearsal_branch};
pub use lock_file::EnvLock;

use crate::{
    base::{digest::Digest, failure::Result},
    promotion::{
        gates::Approvals,
        store::{forge::Pull, history::History},
    },
};

/// The content of the store at one commit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoreState {
    /// The commit it was read from, which is the parent of the next one.
    pub head: String,
    /// The branch under review; empty without a forge.
    pub topic: String,
    /// The newest commit of the branch under review at the remote, if it exists.
    pub published: Option<String>,
    /// The open pull request, if there is one.
    pub pull: Option<Pull>,
    /// The lock file; `None` before the first promotion.
    pub lock: Option<EnvLock>,
    /// The history.
    pub history: History,
    /// The text of the file with the allowed signers.
    pub allowed: String,
}

/// A commit message.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The first line.
    pub title: &'a str,
    /// The text.
    pub body: &'a str,
}

/// Stores the lock file and the history of one environment.
pub trait PromotionStore {
    /// Reads the store for a promotion of `digest`, or of none that is chosen yet. Fails with kind `Drift` if the history's chain is broken.
    fn read(&self, digest: Option<&Digest>) -> impl Future<Output = Result<StoreState>>;

    /// Commits the lock file and the history of `state` in one commit and updates `state.head`. Without a
    /// change there is no commit.
    fn write(&self, state: &mut StoreState, message: Message<'_>) -> impl Future<Output = Result<()>>;

    /// Returns whether changes are reviewed on a forge.
    fn requires_review(&self) -> bool;

    /// Requests a review of the written commits and returns the approvals; `None` without a forge.
    fn review(
        &self,
        state: &mut StoreState,
        message: Message<'_>,
    ) -> impl Future<Output = Result<Option<Approvals>>>;

    /// Merges the pull request after everything is recorded. If that is not possible, returns the manual step.
    fn finish_review(
        &self,
        state: &mut StoreState,
        message: Message<'_>,
    ) -> impl Future<Output = Result<Option<String>>>;
}
