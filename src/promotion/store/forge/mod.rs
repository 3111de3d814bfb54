//! Finds, opens and merges pull requests on the three forges, and reads their approvals.

mod forgejo;
mod github;
mod gitlab;
mod http;

use serde_json::Value;

use self::http::Http;
use crate::{
    base::failure::{Failure, Kind, Result},
    config::{self, ForgeKind},
    promotion::gates::Approvals,
};

/// A pull request (GitLab: merge request).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// Its number.
    pub number: u64,
    /// Its address.
    pub url: String,
    /// The user who opened it.
    pub author: String,
    /// The newest commit of its branch that the forge knows.
    pub head: String,
}

/// The content of a new pull request.
#[derive(Debug, Clone, Copy)]
pub struct Proposal<'a> {
    /// The branch with the change.
    pub branch: &'a str,
    /// The branch to merge into.
    pub base: &'a str,
    /// The title.
    pub title: &'a str,
    /// The description in Markdown.
    pub body: &'a str,
}

/// The project's repository on its forge.
#[derive(Debug)]
pub struct Forge {
    kind: ForgeKind,
    repository: String,
    http: Http,
}

impl Forge {
    /// Returns the repository of the settings.
    pub fn new(settings: &config::Forge) -> Result<Self> {
        let http = Http::new(settings, &settings.token()?)?;
        Ok(Self { kind: settings.kind, repository: settings.repository.get_ref().clone(), http })
    }

    /// Finds the open pull request of `branch` to `base`.
    pub async fn find(&self, branch: &str, base: &str) -> Result<Option<Pull>> {
        match self.kind {
            ForgeKind::GitHub => github::find(self, branch, base).await,
            ForgeKind::GitLab => gitlab::find(self, branch, base).await,
            ForgeKind::Forgejo => forgejo::find(self, branch, base).await,
        }
    }

    /// Opens a pull request, or returns the one that is already open.
    pub async fn open(&self, proposal: Proposal<'_>) -> Result<Pull> {
        let opened = match self.kind {
            ForgeKind::GitHub => github::open(self, proposal).await,
            ForgeKind::GitLab => gitlab::open(self, proposal).await,
            ForgeKind::Forgejo => forgejo::open(self, proposal).await,
        }?;
        if let Ok(pull) = &opened {
            return Ok(pull.clone());
        }
        // The forge refused, most often because an interrupted run has already opened it.
        if let Some(pull) = self.find(proposal.branch, proposal.base).await? {
            return Ok(pull);
        }
        Err(Failure::new(Kind::Promotion, "the forge refuses to open the pull request")
            .because(opened.err().unwrap_or_default())
            .hint("check that both branches exist and that the token may open pull requests"))
    }

    /// Reads the users who approved exactly the commit `head`, and those who request changes.
    pub async fn approvals(&self, pull: &Pull, head: &str) -> Result<Approvals> {
        let mut approvals = match self.kind {
            ForgeKind::GitHub => github::approvals(self, pull, head).await,
            ForgeKind::GitLab => gitlab::approvals(self, pull, head).await,
            ForgeKind::Forgejo => forgejo::approvals(self, pull, head).await,
        }?;
        // Authors cannot approve their own change.
        approvals.approved.retain(|who| *who != pull.author);
        Ok(approvals)
    }

    /// Merges it if its newest commit is `head`. The inner `Err` is the forge's reason for a refusal.
    pub async fn merge(&self, pull: &Pull, head: &str) -> Result<Result<(), String>> {
        match self.kind {
            ForgeKind::GitHub => github::merge(self, pull, head).await,
            ForgeKind::GitLab => gitlab::merge(self, pull, head).await,
            ForgeKind::Forgejo => forgejo::merge(self, pull, head).await,
        }
    }
}

/// Reduces the reviews, which are in chronological order, to the newest of each reviewer.
fn newest_reviews<'a>(reviews: impl Iterator<Item = (&'a str, Review)>, url: &str) -> Approvals {
    let mut last = std::collections::BTreeMap::new();
    for (who, review) in reviews {
        last.insert(who.to_owned(), review);
    }
    let reviewers = |wanted: Review| {
        last.iter().filter(|(_, review)| **review == wanted).map(|(who, _)| who.clone()).collect()
    };
    Approvals {
        url: url.to_owned(),
        approved: reviewers(Review::Approved),
        against: reviewers(Review::Against),
    }
}

/// The effect of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Review {
    /// It approves this commit.
    Approved,
    /// It requests changes.
    Against,
    /// It approves another commit or was withdrawn.
    Void,
}

/// Parses a pull request in the format that GitHub and Forgejo share.
fn pull(value: &Value) -> Option<Pull> {
    Some(Pull {
        number: value["number"].as_u64()?,
        url: value["html_url"].as_str()?.to_owned(),
        author: value["user"]["login"].as_str().unwrap_or_default().to_owned(),
        head: value["head"]["sha"].as_str().unwrap_or_default().to_owned(),
    })
}

/// The failure for a response in an unknown format.
fn unexpected(what: &str) -> Failure {
    Failure::new(Kind::Tool, format!("the forge returned an unexpected response for {what}"))
        .hint("check `api` and `kind` in infra/forge.toml")
}

#[cfg(test)]
pub(crate) mod tests;
