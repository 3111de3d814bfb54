//! Forgejo's pull requests.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Approvals, Forge, Proposal, Pull, Word, newest, odd, pull};
use crate::base::failure::Result;

/// As many as one page may hold by default.
const PAGE: usize = 50;
/// More open pull requests, or reviews of one, than this many pages hold are not looked through.
const PAGES: usize = 20;

pub(super) async fn find(forge: &Forge, branch: &str, base: &str) -> Result<Option<Pull>> {
    let ours = |value: &&Value| value["head"]["ref"] == branch && value["base"]["ref"] == base;
    let pulls = pages(forge, "pulls?state=open&", "pull requests").await?;
    pulls.iter().find(ours).map(|value| pull(value).ok_or_else(|| odd("a pull request"))).transpose()
}

/// Everything of a list; `path` ends in `?` or `&`.
async fn pages(forge: &Forge, path: &str, what: &str) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    for page in 1..=PAGES {
        let path = format!("/repos/{}/{path}limit={PAGE}&page={page}", forge.repository);
        let answer = forge.http.get(&path).await?;
        let found = answer.body.as_array().ok_or_else(|| odd(what))?;
        // A page may hold less than was asked for and still not be the last.
        all.extend(found.iter().cloned());
        if found.is_empty() {
            break;
        }
    }
    Ok(all)
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
    let reviews = pages(forge, &format!("pulls/{}/reviews?", pull.number), "reviews").await?;
    Ok(newest(reviews.iter().filter_map(|review| word(review, head)), &pull.url))
}

/// What a review says; `None` for a remark, which changes nothing.
fn word<'a>(review: &'a Value, head: &str) -> Option<(&'a str, Word)> {
    let who = review["user"]["login"].as_str()?;
    let holds = review["dismissed"] != true && review["stale"] != true && review["commit_id"] == head;
    let word = match review["state"].as_str()? {
        // Official is whoever may write to the branch: everybody else may write a review too.
        "APPROVED" if review["official"] == true && holds => Word::Approved,
        "REQUEST_CHANGES" if review["official"] == true && review["dismissed"] != true => Word::Against,
        "APPROVED" | "REQUEST_CHANGES" => Word::Void,
        _ => return None,
    };
    Some((who, word))
}

pub(super) async fn merge(forge: &Forge, pull: &Pull, head: &str) -> Result<Result<(), String>> {
    let path = format!("/repos/{}/pulls/{}/merge", forge.repository, pull.number);
    let body = json!({"Do": "merge", "head_commit_id": head, "delete_branch_after_merge": true});
    let answer = forge.http.ask(Method::POST, &path, Some(&body)).await?;
    Ok(if answer.is_good() { Ok(()) } else { Err(answer.reason()) })
}
