//! GitHub's pull requests.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Approvals, Forge, Proposal, Pull, Word, newest, odd, pull};
use crate::base::failure::Result;

/// As many as one page may hold.
const PAGE: usize = 100;
/// More reviews than this many pages hold are no review.
const PAGES: usize = 20;

pub(super) async fn find(forge: &Forge, branch: &str, base: &str) -> Result<Option<Pull>> {
    let owner = forge.repository.split('/').next().unwrap_or_default();
    let path = format!("/repos/{}/pulls?state=open&head={owner}:{branch}&base={base}", forge.repository);
    let answer = forge.http.get(&path).await?;
    let pulls = answer.body.as_array().ok_or_else(|| odd("pull requests"))?;
    // What it does not understand of the question it leaves out, and gives all.
    let ours = |value: &&Value| value["head"]["ref"] == branch && value["base"]["ref"] == base;
    pulls.iter().find(ours).map(|value| pull(value).ok_or_else(|| odd("a pull request"))).transpose()
}

pub(super) async fn open(forge: &Forge, proposal: Proposal<'_>) -> Result<Result<Pull, String>> {
    let body = json!({"title": proposal.title, "head": proposal.branch, "base": proposal.base, "body": proposal.body});
    let answer =
        forge.http.ask(Method::POST, &format!("/repos/{}/pulls", forge.repository), Some(&body)).await?;
    if !answer.is_good() {
        return Ok(Err(answer.reason()));
    }
    pull(&answer.body).map(Ok).ok_or_else(|| odd("a pull request"))
}

pub(super) async fn approvals(forge: &Forge, pull: &Pull, head: &str) -> Result<Approvals> {
    let mut reviews = Vec::new();
    for page in 1..=PAGES {
        let path =
            format!("/repos/{}/pulls/{}/reviews?per_page={PAGE}&page={page}", forge.repository, pull.number);
        let answer = forge.http.get(&path).await?;
        let found = answer.body.as_array().ok_or_else(|| odd("reviews"))?;
        reviews.extend(found.iter().cloned());
        if found.len() < PAGE {
            break;
        }
    }
    Ok(newest(reviews.iter().filter_map(|review| word(review, head)), &pull.url))
}

/// What a review says; `None` for a remark, which changes nothing.
fn word<'a>(review: &'a Value, head: &str) -> Option<(&'a str, Word)> {
    let who = review["user"]["login"].as_str()?;
    // In a public repository everybody may write a review.
    let belongs =
        ["OWNER", "MEMBER", "COLLABORATOR"].iter().any(|role| review["author_association"] == *role);
    let word = match review["state"].as_str()? {
        "APPROVED" if belongs && review["commit_id"] == head => Word::Approved,
        "CHANGES_REQUESTED" if belongs => Word::Against,
        "APPROVED" | "DISMISSED" => Word::Void,
        _ => return None,
    };
    Some((who, word))
}

pub(super) async fn merge(forge: &Forge, pull: &Pull, head: &str) -> Result<Result<(), String>> {
    let path = format!("/repos/{}/pulls/{}/merge", forge.repository, pull.number);
    let answer =
        forge.http.ask(Method::PUT, &path, Some(&json!({"sha": head, "merge_method": "merge"}))).await?;
    Ok(if answer.is_good() { Ok(()) } else { Err(answer.reason()) })
}
