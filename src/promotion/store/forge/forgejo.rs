//! Forgejo's pull requests.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Approvals, Forge, Proposal, Pull, Review, newest_reviews, pull, unexpected};
use crate::base::failure::Result;

/// The default limit of a page.
const PAGE: usize = 50;
/// The maximum number of pages that are read of open pull requests, or of reviews.
const PAGES: usize = 20;

pub(super) async fn find(forge: &Forge, branch: &str, base: &str) -> Result<Option<Pull>> {
    let ours = |value: &&Value| value["head"]["ref"] == branch && value["base"]["ref"] == base;
    let pulls = pages(forge, "pulls?state=open&", "pull requests").await?;
    pulls.iter().find(ours).map(|value| pull(value).ok_or_else(|| unexpected("a pull request"))).transpose()
}

/// Reads every page of a list; `path` ends in `?` or `&`.
async fn pages(forge: &Forge, path: &str, what: &str) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    for page in 1..=PAGES {
        let path = format!("/repos/{}/{path}limit={PAGE}&page={page}", forge.repository);
        let response = forge.http.get(&path).await?;
        let found = response.body.as_array().ok_or_else(|| unexpected(what))?;
        // A page may be shorter than the limit and still not be the last.
        all.extend(found.iter().cloned());
        if found.is_empty() {
            break;
        }
    }
    Ok(all)
}

pub(super) async fn open(forge: &Forge, proposal: Proposal<'_>) -> Result<Result<Pull, String>> {
    let body = json!({"title": proposal.title, "head": proposal.branch, "base": proposal.base, "body": proposal.body});
    let response =
        forge.http.request(Method::POST, &format!("/repos/{}/pulls", forge.repository), Some(&body)).await?;
    if !response.is_good() {
        return Ok(Err(response.reason()));
    }
    pull(&response.body).map(Ok).ok_or_else(|| unexpected("a pull request"))
}

pub(super) async fn approvals(forge: &Forge, pull: &Pull, head: &str) -> Result<Approvals> {
    let reviews = pages(forge, &format!("pulls/{}/reviews?", pull.number), "reviews").await?;
    Ok(newest_reviews(reviews.iter().filter_map(|review| self::review(review, head)), &pull.url))
}

/// Parses a review; `None` for a comment, which has no effect.
fn review<'a>(review: &'a Value, head: &str) -> Option<(&'a str, Review)> {
    let who = review["user"]["login"].as_str()?;
    let is_current = review["dismissed"] != true && review["stale"] != true && review["commit_id"] == head;
    let effect = match review["state"].as_str()? {
        // Reviews of users without write access are not official.
        "APPROVED" if review["official"] == true && is_current => Review::Approved,
        "REQUEST_CHANGES" if review["official"] == true && review["dismissed"] != true => Review::Against,
        "APPROVED" | "REQUEST_CHANGES" => Review::Void,
        _ => return None,
    };
    Some((who, effect))
}

pub(super) async fn merge(forge: &Forge, pull: &Pull, head: &str) -> Result<Result<(), String>> {
    let path = format!("/repos/{}/pulls/{}/merge", forge.repository, pull.number);
    let body = json!({"Do": "merge", "head_commit_id": head, "delete_branch_after_merge": true});
    let response = forge.http.request(Method::POST, &path, Some(&body)).await?;
    Ok(if response.is_good() { Ok(()) } else { Err(response.reason()) })
}
