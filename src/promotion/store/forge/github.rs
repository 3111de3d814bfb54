//! GitHub's pull requests.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Approvals, Forge, Proposal, Pull, Review, newest_reviews, pull, unexpected};
use crate::base::failure::Result;

/// The limit of a page.
const PAGE: usize = 100;
/// The maximum number of pages of reviews that are read.
const PAGES: usize = 20;

pub(super) async fn find(forge: &Forge, branch: &str, base: &str) -> Result<Option<Pull>> {
    let owner = forge.repository.split('/').next().unwrap_or_default();
    let path = format!("/repos/{}/pulls?state=open&head={owner}:{branch}&base={base}", forge.repository);
    let response = forge.http.get(&path).await?;
    let pulls = response.body.as_array().ok_or_else(|| unexpected("pull requests"))?;
    // GitHub ignores filters that it does not understand and returns all pull requests.
    let ours = |value: &&Value| value["head"]["ref"] == branch && value["base"]["ref"] == base;
    pulls.iter().find(ours).map(|value| pull(value).ok_or_else(|| unexpected("a pull request"))).transpose()
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
    let mut reviews = Vec::new();
    for page in 1..=PAGES {
        let path =
            format!("/repos/{}/pulls/{}/reviews?per_page={PAGE}&page={page}", forge.repository, pull.number);
        let response = forge.http.get(&path).await?;
        let found = response.body.as_array().ok_or_else(|| unexpected("reviews"))?;
        reviews.extend(found.iter().cloned());
        if found.len() < PAGE {
            break;
        }
    }
    Ok(newest_reviews(reviews.iter().filter_map(|review| self::review(review, head)), &pull.url))
}

/// Parses a review; `None` for a comment, which has no effect.
fn review<'a>(review: &'a Value, head: &str) -> Option<(&'a str, Review)> {
    let who = review["user"]["login"].as_str()?;
    // In a public repository every user may review.
    let is_member =
        ["OWNER", "MEMBER", "COLLABORATOR"].iter().any(|role| review["author_association"] == *role);
    let effect = match review["state"].as_str()? {
        "APPROVED" if is_member && review["commit_id"] == head => Review::Approved,
        "CHANGES_REQUESTED" if is_member => Review::Against,
        "APPROVED" | "DISMISSED" => Review::Void,
        _ => return None,
    };
    Some((who, effect))
}

pub(super) async fn merge(forge: &Forge, pull: &Pull, head: &str) -> Result<Result<(), String>> {
    let path = format!("/repos/{}/pulls/{}/merge", forge.repository, pull.number);
    let response =
        forge.http.request(Method::PUT, &path, Some(&json!({"sha": head, "merge_method": "merge"}))).await?;
    Ok(if response.is_good() { Ok(()) } else { Err(response.reason()) })
}
