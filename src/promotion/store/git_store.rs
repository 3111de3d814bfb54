//! The promotion store in Git: directly on the promotion branch, or on a separate branch that a forge reviews.

use std::path::PathBuf;

use super::{Message, PromotionStore, StoreState};
use crate::{
    base::{
        digest::Digest,
        failure::{Failure, Kind, Location, Result},
        git::Repository,
    },
    config::{EnvName, Environment},
    promotion::{
        gates::Approvals,
        store::{
            EnvLock,
            forge::{Forge, Proposal},
            history::{self, Fault, History, Keys},
        },
    },
};

/// The store of one environment in Git.
#[derive(Debug)]
pub struct GitStore {
    /// The project's repository.
    pub repository: Repository,
    /// The environment.
    pub environment: EnvName,
    /// The promotion branch.
    pub branch: String,
    /// The commit to read while the promotion branch does not exist; with `None` that is a failure.
    pub fallback: Option<String>,
    /// The prefix of the branch under review: `promote` or `rollback`.
    pub topic: &'static str,
    /// The forge and the Git remote of its repository.
    pub forge: Option<(Forge, String)>,
    /// The remote to push to without a forge, if requested.
    pub push: Option<String>,
}

impl GitStore {
    /// Returns the branch under review. Its name contains the environment and the digest, so that the next run
    /// finds it.
    fn branch_under_review(&self, digest: Option<&Digest>) -> String {
        let digits = digest.map(|digest| &digest.hex()[..12]).unwrap_or_default();
        format!("{}/{}/{digits}", self.topic, self.environment)
    }

    fn files(&self) -> [PathBuf; 2] {
        [EnvLock::file(&self.environment), history::file(&self.environment)]
    }

    /// Finds the base commit: that of an open pull request, else that of the promotion branch.
    async fn locate(&self, digest: Option<&Digest>) -> Result<StoreState> {
        let Some((forge, remote)) = &self.forge else {
            let [lock, history] = self.files();
            self.repository.may_move(&self.branch, &[&lock, &history]).await?;
            let head = self.repository.commit_of(&format!("refs/heads/{}", self.branch)).await?;
            let head = head.or_else(|| self.fallback.clone());
            return Ok(StoreState {
                head: head.ok_or_else(|| self.no_branch("this repository"))?,
                ..StoreState::default()
            });
        };
        let topic = self.branch_under_review(digest);
        let published = self.repository.fetch(remote, &topic).await?;
        let pull = match published {
            Some(_) => forge.find(&topic, &self.branch).await?,
            None => None,
        };
        let head = match (&pull, &published) {
            (Some(_), Some(published)) => Some(published.clone()),
            // The branch of an earlier attempt that was merged or closed is ignored.
            _ => self.repository.fetch(remote, &self.branch).await?,
        };
        let head = head.ok_or_else(|| self.no_branch(&format!("the remote `{remote}`")))?;
        Ok(StoreState { head, topic, published, pull, ..StoreState::default() })
    }

    fn proposal<'a>(&'a self, state: &'a StoreState, message: Message<'a>) -> Proposal<'a> {
        Proposal { branch: &state.topic, base: &self.branch, title: message.title, body: message.body }
    }

    fn no_branch(&self, place: &str) -> Failure {
        Failure::new(Kind::Promotion, format!("{place} has no branch `{}`", self.branch))
            .because(format!("`promotion.branch` in envs/{}.toml refers to it", self.environment))
            .hint(format!(
                "fetch it (git fetch origin {0}:{0}), or name the branch with the lock files",
                self.branch
            ))
    }
}

/// Reads the lock file and the history of `environment` at the commit `state.head`. Fails with kind `Drift` if
/// the history's chain is broken.
pub async fn read_at(
    repository: &Repository,
    environment: &EnvName,
    state: StoreState,
) -> Result<StoreState> {
    let file = EnvLock::file(environment);
    let text = repository.show(&state.head, &file).await?;
    let lock = text.map(|text| EnvLock::parse(&file, &text)).transpose()?;
    let RecordedHistory { history, fault, allowed } =
        recorded_history(repository, environment, &state.head).await?;
    match fault {
        None => Ok(StoreState { lock, history, allowed, ..state }),
        Some(fault) => Err(broken_history(environment, &fault)),
    }
}

/// The history of an environment in one commit, without a check of its signatures.
#[derive(Default)]
struct RecordedHistory {
    /// The lines up to the first fault of the chain.
    history: History,
    /// That fault.
    fault: Option<Fault>,
    /// The text of the file with the allowed signers.
    allowed: String,
}

/// Reads the history of `environment` at `commit`; a missing file counts as empty.
async fn recorded_history(
    repository: &Repository,
    environment: &EnvName,
    commit: &str,
) -> Result<RecordedHistory> {
    let text = repository.show(commit, &history::file(environment)).await?.unwrap_or_default();
    let allowed = repository.show(commit, &history::allowed_file()).await?.unwrap_or_default();
    let (history, fault) = History::parse(environment, &text);
    Ok(RecordedHistory { history, fault, allowed })
}

/// Reads the history of `environment` on its promotion branch, else at `HEAD`, and checks its chain and
/// signatures.
///
/// A local branch may be behind the remote one that was fetched last, so the longer history of the two counts. If
/// each has records of its own, that is a fault.
///
/// Only reads the repository. Returns the lines up to the first fault of the chain, and the first fault.
pub async fn read_history(
    repository: &Repository,
    environment: &Environment,
) -> Result<(History, Option<Fault>)> {
    let branch = promotion_branch(environment);
    let mut found = Vec::new();
    for reference in [format!("refs/heads/{branch}"), format!("refs/remotes/{REMOTE}/{branch}")] {
        if let Some(commit) = repository.commit_of(&reference).await? {
            found.push(recorded_history(repository, environment.name(), &commit).await?);
        }
    }
    // A CI checkout has no such branch; the checked-out commit is the right one.
    if found.is_empty()
        && let Some(head) = repository.commit_of("HEAD").await?
    {
        found.push(recorded_history(repository, environment.name(), &head).await?);
    }
    let recorded = found.into_iter().reduce(longer).unwrap_or_default();
    let RecordedHistory { mut history, fault, allowed } = recorded;
    Keys::new(None, &allowed)?.check_all(&mut history).await?;
    let fault = history.bad_signature().or(fault);
    Ok((history, fault))
}

/// The remote whose branches Git fetches by default.
const REMOTE: &str = "origin";

/// Returns the history that continues the other one; the local one with a fault if neither does.
fn longer(local: RecordedHistory, remote: RecordedHistory) -> RecordedHistory {
    if local.fault.is_some() || remote.fault.is_some() {
        return if local.fault.is_some() { local } else { remote };
    }
    match local.history.diverges_from(&remote.history) {
        Some(fault) => RecordedHistory { fault: Some(fault), ..local },
        None if remote.history.lines.len() > local.history.lines.len() => remote,
        None => local,
    }
}

/// Returns the promotion branch of `environment`; a rehearsal has its own.
pub fn promotion_branch(environment: &Environment) -> String {
    let rehearsed = environment.rehearsed();
    rehearsed.map_or_else(|| environment.promotion.branch.get_ref().clone(), |real| rehearsal_branch(&real))
}

/// Returns the promotion branch of the rehearsal of `environment`, which exists only in this repository.
pub fn rehearsal_branch(environment: &EnvName) -> String {
    format!("rehearsal/{environment}")
}

/// Returns the failure for a history that cannot be trusted.
pub fn broken_history(environment: &EnvName, fault: &Fault) -> Failure {
    let file = history::file(environment);
    let failure = Failure::new(Kind::Drift, format!("the history of {environment} cannot be trusted"))
        .at(Location { file: file.clone(), position: Some((fault.line, 1)) })
        .because(fault.reason.clone());
    if fault.is_merge() {
        let (file, lock) = (file.display(), EnvLock::file(environment));
        let lock = lock.display();
        return failure
            .hint(format!(
                "keep the records of one branch, the one whose digest {environment} runs: `git checkout COMMIT -- {file} {lock}` with its last commit, and commit that"
            ))
            .hint("then promote the digest of the other branch again: its promotion is recorded after the kept ones");
    }
    failure.hint(format!(
        "find the change with `git log -p -- {}` and restore the original text",
        file.display()
    ))
}

impl PromotionStore for GitStore {
    async fn read(&self, digest: Option<&Digest>) -> Result<StoreState> {
        let state = self.locate(digest).await?;
        read_at(&self.repository, &self.environment, state).await
    }

    async fn write(&self, state: &mut StoreState, message: Message<'_>) -> Result<()> {
        let [lock, history] = self.files();
        let mut files = Vec::new();
        if let Some(content) = &state.lock {
            files.push((lock, content.to_text()));
        }
        if !state.history.lines.is_empty() {
            files.push((history, state.history.to_text()));
        }
        let text = format!("{}\n\n{}\n", message.title, message.body);
        let commit = self.repository.commit(&state.head, &files, &text).await?;
        if let Some((_, remote)) = &self.forge {
            if state.published.as_ref() != Some(&commit) {
                self.repository.push(remote, &state.topic, state.published.as_deref(), &commit).await?;
                state.published = Some(commit.clone());
            }
        } else if commit != state.head {
            if let Some(remote) = &self.push {
                // If the remote has the branch, it must be at the same commit as here.
                let remote_head = self.repository.fetch(remote, &self.branch).await?;
                let old = remote_head.map(|_| state.head.as_str());
                self.repository.push(remote, &self.branch, old, &commit).await?;
            }
            self.repository.move_branch(&self.branch, Some(&state.head), &commit).await?;
        }
        state.head = commit;
        Ok(())
    }

    fn requires_review(&self) -> bool {
        self.forge.is_some()
    }

    async fn review(&self, state: &mut StoreState, message: Message<'_>) -> Result<Option<Approvals>> {
        let Some((forge, _)) = &self.forge else { return Ok(None) };
        let pull = match state.pull.take() {
            Some(pull) => pull,
            None => forge.open(self.proposal(state, message)).await?,
        };
        let approvals = forge.approvals(&pull, &state.head).await?;
        state.pull = Some(pull);
        Ok(Some(approvals))
    }

    async fn finish_review(&self, state: &mut StoreState, message: Message<'_>) -> Result<Option<String>> {
        let Some((forge, _)) = &self.forge else { return Ok(None) };
        // A rollback does not wait for a review: its commits are reviewed afterwards.
        if state.pull.is_none() && state.published.as_ref() == Some(&state.head) {
            state.pull = Some(forge.open(self.proposal(state, message)).await?);
        }
        let Some(pull) = &state.pull else { return Ok(None) };
        let merged = forge.merge(pull, &state.head).await?;
        Ok(merged.err().map(|why| format!("merge {} manually: {why}", pull.url)))
    }
}
