//! The ledger in Git: straight on the branch, or on a branch of its own that a forge reviews.

use std::path::{Path, PathBuf};

use super::{LedgerState, Message, PromotionStore};
use crate::{
    base::{
        failure::{Failure, Kind, Location, Result},
        git::Repository,
    },
    promotion::{
        gates::Approvals,
        store::{
            EnvLock,
            forge::{Forge, Proposal},
            history::{self, History},
        },
    },
};

/// The ledger of one environment in Git.
#[derive(Debug)]
pub struct GitStore {
    /// The project's repository.
    pub repository: Repository,
    /// The environment.
    pub environment: String,
    /// The branch that counts.
    pub branch: String,
    /// What the branch under review begins with: `promote` or `rollback`.
    pub topic: &'static str,
    /// The forge and the Git remote that is its repository.
    pub forge: Option<(Forge, String)>,
    /// The remote to push to without a forge, where that is asked for.
    pub push: Option<String>,
}

impl GitStore {
    /// The branch under review: of one environment and one digest, so that a run finds what the one before it has left.
    fn under_review(&self, digest: &str) -> String {
        let digits = digest.trim_start_matches("sha256:");
        format!("{}/{}/{}", self.topic, self.environment, digits.get(..12).unwrap_or(digits))
    }

    fn files(&self) -> [PathBuf; 2] {
        [EnvLock::file(&self.environment), history::file(&self.environment)]
    }

    /// The commit to build on: that of an open pull request, else that of the branch that counts.
    async fn locate(&self, digest: &str) -> Result<LedgerState> {
        let Some((forge, remote)) = &self.forge else {
            let [lock, history] = self.files();
            self.repository.may_move(&self.branch, &[&lock, &history]).await?;
            let head = self.repository.commit_of(&format!("refs/heads/{}", self.branch)).await?;
            return Ok(LedgerState {
                head: head.ok_or_else(|| self.no_branch("this repository"))?,
                ..LedgerState::default()
            });
        };
        let topic = self.under_review(digest);
        let published = self.repository.fetch(remote, &topic).await?;
        let pull = match published {
            Some(_) => forge.find(&topic, &self.branch).await?,
            None => None,
        };
        let head = match (&pull, &published) {
            (Some(_), Some(published)) => Some(published.clone()),
            // What is left of an earlier attempt that was merged or closed counts no more.
            _ => self.repository.fetch(remote, &self.branch).await?,
        };
        let head = head.ok_or_else(|| self.no_branch(&format!("the remote `{remote}`")))?;
        Ok(LedgerState { head, topic, published, pull, ..LedgerState::default() })
    }

    fn proposal<'a>(&'a self, book: &'a LedgerState, message: Message<'a>) -> Proposal<'a> {
        Proposal { branch: &book.topic, base: &self.branch, title: message.title, body: message.body }
    }

    fn no_branch(&self, place: &str) -> Failure {
        Failure::new(Kind::Promotion, format!("{place} has no branch `{}`", self.branch))
            .because(format!("`promotion.branch` of envs/{}.toml names it", self.environment))
            .hint(format!(
                "fetch it (git fetch origin {0}:{0}), or name the branch that holds the locks",
                self.branch
            ))
    }
}

/// What Git holds of `environment` at the commit of `book`. Fails with kind `Drift` where the chain is broken.
pub async fn fill(repository: &Repository, environment: &str, book: LedgerState) -> Result<LedgerState> {
    let file = EnvLock::file(environment);
    let show = async |file: &Path| repository.show(&book.head, file).await;
    let lock = show(&file).await?.map(|text| EnvLock::parse(&file, &text)).transpose()?;
    let file = history::file(environment);
    let text = show(&file).await?.unwrap_or_default();
    let allowed = show(&history::allowed_file()).await?.unwrap_or_default();
    let (history, fault) = History::parse(environment, &text);
    match fault {
        None => Ok(LedgerState { lock, history, allowed, ..book }),
        Some(fault) => Err(broken(environment, &fault)),
    }
}

/// The failure that a history is which cannot be trusted.
pub fn broken(environment: &str, fault: &history::Fault) -> Failure {
    let file = history::file(environment);
    Failure::new(Kind::Drift, format!("the history of {environment} cannot be trusted"))
        .at(Location { file: file.clone(), position: Some((fault.line, 1)) })
        .because(fault.what.clone())
        .hint(format!("`git log -p -- {}` shows who changed it; put back what was there", file.display()))
}

impl PromotionStore for GitStore {
    async fn read(&self, digest: &str) -> Result<LedgerState> {
        let book = self.locate(digest).await?;
        fill(&self.repository, &self.environment, book).await
    }

    async fn write(&self, book: &mut LedgerState, message: Message<'_>) -> Result<()> {
        let [lock, history] = self.files();
        let mut files = Vec::new();
        if let Some(content) = &book.lock {
            files.push((lock, content.to_text()));
        }
        if !book.history.lines.is_empty() {
            files.push((history, book.history.to_text()));
        }
        let text = format!("{}\n\n{}\n", message.title, message.body);
        let commit = self.repository.commit(&book.head, &files, &text).await?;
        if let Some((_, remote)) = &self.forge {
            if book.published.as_ref() != Some(&commit) {
                self.repository.push(remote, &book.topic, book.published.as_deref(), &commit).await?;
                book.published = Some(commit.clone());
            }
        } else if commit != book.head {
            if let Some(remote) = &self.push {
                // A remote that has the branch must have it as it is here.
                let there = self.repository.fetch(remote, &self.branch).await?;
                let old = there.map(|_| book.head.as_str());
                self.repository.push(remote, &self.branch, old, &commit).await?;
            }
            self.repository.move_branch(&self.branch, Some(&book.head), &commit).await?;
        }
        book.head = commit;
        Ok(())
    }

    fn reviewed(&self) -> bool {
        self.forge.is_some()
    }

    async fn review(&self, book: &mut LedgerState, message: Message<'_>) -> Result<Option<Approvals>> {
        let Some((forge, _)) = &self.forge else { return Ok(None) };
        let proposal =
            Proposal { branch: &book.topic, base: &self.branch, title: message.title, body: message.body };
        let pull = match book.pull.take() {
            Some(pull) => pull,
            None => forge.open(proposal).await?,
        };
        let approvals = forge.approvals(&pull, &book.head).await?;
        book.pull = Some(pull);
        Ok(Some(approvals))
    }

    async fn conclude(&self, book: &mut LedgerState, message: Message<'_>) -> Result<Option<String>> {
        let Some((forge, _)) = &self.forge else { return Ok(None) };
        // A rollback waits for no reviewer: what it has written is reviewed once all is well.
        if book.pull.is_none() && book.published.as_ref() == Some(&book.head) {
            book.pull = Some(forge.open(self.proposal(book, message)).await?);
        }
        let Some(pull) = &book.pull else { return Ok(None) };
        let merged = forge.merge(pull, &book.head).await?;
        Ok(merged.err().map(|why| format!("merge {} by hand: {why}", pull.url)))
    }
}
