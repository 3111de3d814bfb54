//! Pull requests of the three forges: found, opened, read for approvals, merged.

mod forgejo;
mod github;
mod gitlab;
mod http;

use serde_json::Value;

use self::http::Http;
use crate::promotion::gates::Approvals;
use crate::{
    base::failure::{Failure, Kind, Result},
    config::{self, ForgeKind},
};

/// A pull request, or what the forge calls one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// Its number.
    pub number: u64,
    /// Where people find it.
    pub url: String,
    /// Who opened it.
    pub author: String,
    /// The newest commit of its branch, as far as the forge knows.
    pub head: String,
}

/// What is asked to be merged into what, and with which words.
#[derive(Debug, Clone, Copy)]
pub struct Proposal<'a> {
    /// The branch that holds the change.
    pub branch: &'a str,
    /// The branch that shall hold it.
    pub base: &'a str,
    /// One line.
    pub title: &'a str,
    /// Markdown.
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
    /// The repository that the settings name.
    pub fn new(settings: &config::Forge) -> Result<Self> {
        let http = Http::new(settings, &settings.token()?)?;
        Ok(Self { kind: settings.kind, repository: settings.repository.get_ref().clone(), http })
    }

    /// The open pull request of `branch` to `base`, if there is one.
    pub async fn find(&self, branch: &str, base: &str) -> Result<Option<Pull>> {
        match self.kind {
            ForgeKind::GitHub => github::find(self, branch, base).await,
            ForgeKind::GitLab => gitlab::find(self, branch, base).await,
            ForgeKind::Forgejo => forgejo::find(self, branch, base).await,
        }
    }

    /// Opens it; one that is open already is as good.
    pub async fn open(&self, proposal: Proposal<'_>) -> Result<Pull> {
        let answer = match self.kind {
            ForgeKind::GitHub => github::open(self, proposal).await,
            ForgeKind::GitLab => gitlab::open(self, proposal).await,
            ForgeKind::Forgejo => forgejo::open(self, proposal).await,
        }?;
        if let Ok(pull) = &answer {
            return Ok(pull.clone());
        }
        // The forge has refused: most often because a run that was cut off has opened it.
        if let Some(pull) = self.find(proposal.branch, proposal.base).await? {
            return Ok(pull);
        }
        Err(Failure::new(Kind::Promotion, "the forge does not open the pull request")
            .because(answer.err().unwrap_or_default())
            .hint("see whether the branches are there, and whether the token may open one"))
    }

    /// Who approves exactly the commit `head` of it, and who asks for another.
    pub async fn approvals(&self, pull: &Pull, head: &str) -> Result<Approvals> {
        let mut approvals = match self.kind {
            ForgeKind::GitHub => github::approvals(self, pull, head).await,
            ForgeKind::GitLab => gitlab::approvals(self, pull, head).await,
            ForgeKind::Forgejo => forgejo::approvals(self, pull, head).await,
        }?;
        // Nobody approves what they have written themselves.
        approvals.approved.retain(|who| *who != pull.author);
        Ok(approvals)
    }

    /// Merges it where its newest commit is `head`; `Err` inside is the forge's reason why not.
    pub async fn merge(&self, pull: &Pull, head: &str) -> Result<Result<(), String>> {
        match self.kind {
            ForgeKind::GitHub => github::merge(self, pull, head).await,
            ForgeKind::GitLab => gitlab::merge(self, pull, head).await,
            ForgeKind::Forgejo => forgejo::merge(self, pull, head).await,
        }
    }
}

/// The newest word of each reviewer, in the order in which they were given.
fn newest<'a>(words: impl Iterator<Item = (&'a str, Word)>, url: &str) -> Approvals {
    let mut last = std::collections::BTreeMap::new();
    for (who, word) in words {
        last.insert(who.to_owned(), word);
    }
    let of =
        |wanted: Word| last.iter().filter(|(_, word)| **word == wanted).map(|(who, _)| who.clone()).collect();
    Approvals { url: url.to_owned(), approved: of(Word::Approved), against: of(Word::Against) }
}

/// What a reviewer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// Take it.
    Approved,
    /// Change it.
    Against,
    /// An approval of something else, or one that was taken back.
    Void,
}

/// A pull request in the form that GitHub and Forgejo share.
fn pull(value: &Value) -> Option<Pull> {
    Some(Pull {
        number: value["number"].as_u64()?,
        url: value["html_url"].as_str()?.to_owned(),
        author: value["user"]["login"].as_str().unwrap_or_default().to_owned(),
        head: value["head"]["sha"].as_str().unwrap_or_default().to_owned(),
    })
}

/// The failure that an answer of another form is.
fn odd(what: &str) -> Failure {
    Failure::new(Kind::Tool, format!("the forge answers something unknown about {what}"))
        .hint("see whether `api` in infra/forge.toml is the forge's API, and `kind` its kind")
}

#[cfg(test)]
pub(crate) mod tests;
