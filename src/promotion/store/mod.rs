//! The ledger: an environment's lock and history, as the branch that counts has them.

pub mod forge;
mod git_store;
pub mod history;
pub mod lock_file;

use std::future::Future;

pub use git_store::{GitStore, broken, fill};
pub use lock_file::EnvLock;

use crate::base::failure::Result;
use crate::promotion::{
    gates::Approvals,
    store::{forge::Pull, history::History},
};

/// What the ledger says, and where it was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LedgerState {
    /// The commit it was read from, on which the next one is made.
    pub head: String,
    /// The branch under review; empty without a forge.
    pub topic: String,
    /// The newest commit of the branch under review at the remote, where there is one.
    pub published: Option<String>,
    /// The open pull request, where there is one.
    pub pull: Option<Pull>,
    /// What the environment runs; `None` before the first promotion.
    pub lock: Option<EnvLock>,
    /// What was done to it.
    pub history: History,
    /// Who may sign.
    pub allowed: String,
}

/// What a commit says.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// One line.
    pub title: &'a str,
    /// The facts.
    pub body: &'a str,
}

/// Keeps locks and histories.
pub trait PromotionStore {
    /// Reads it for bringing `digest`. Fails with kind `Drift` where the history's chain is broken.
    fn read(&self, digest: &str) -> impl Future<Output = Result<LedgerState>>;

    /// Commits the lock and the history of `book` at once, and notes in it where; commits nothing where nothing was changed.
    fn write(&self, book: &mut LedgerState, message: Message<'_>) -> impl Future<Output = Result<()>>;

    /// Whether changes are reviewed on a forge.
    fn reviewed(&self) -> bool;

    /// Asks for a review of what was written, and gives who approves it; `None` without a forge.
    fn review(
        &self,
        book: &mut LedgerState,
        message: Message<'_>,
    ) -> impl Future<Output = Result<Option<Approvals>>>;

    /// Ends the review once all is recorded; gives what a person has to do where it could not.
    fn conclude(
        &self,
        book: &mut LedgerState,
        message: Message<'_>,
    ) -> impl Future<Output = Result<Option<String>>>;
}
