//! GitLab's merge requests.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Approvals, Forge, Proposal, Pull, Review, newest_reviews, unexpected};
use crate::base::failure::Result;

/// Returns the path of the project.
fn project(forge: &Forge) -> String {
    format!("/projects/{}", forge.repository.replace('/', "%2F"))
}

fn pull(value: &Value) -> Option<Pull> {
    Some(Pull {
        number: value["iid"].as_u64()?,
        url: value["web_url"].as_str()?.to_owned(),
        author: value["author"]["username"].as_str().unwrap_or_default().to_owned(),
        head: value["sha"].as_str().unwrap_or_default().to_owned(),
    })
}

pub(super) async fn find(forge: &Forge, branch: &str, base: &str) -> Result<Option<Pull>> {
    let path =
        format!("{}/merge_requests?state=opened&source_branch={branch}&target_branch={base}", project(forge));
    let response = forge.http.get(&path).await?;
    let found = response.body.as_array().ok_or_else(|| unexpected("merge requests"))?;
    let ours = |value: &&Value| value["source_branch"] == branch && value["target_branch"] == base;
    found.iter().find(ours).map(|value| pull(value).ok_or_else(|| unexpected("a merge request"))).transpose()
}

pub(super) async fn open(forge: &Forge, proposal: Proposal<'_>) -> Result<Result<Pull, String>> {
    let body = json!({"source_branch": proposal.branch, "target_branch": proposal.base, "title": proposal.title,
        "description": proposal.body, "remove_source_branch": true});
    let response =
        forge.http.request(Method::POST, &format!("{}/merge_requests", project(forge)), Some(&body)).await?;
    if !response.is_good() {
        return Ok(Err(response.reason()));
    }
    pull(&response.body).map(Ok).ok_or_else(|| unexpected("a merge request"))
}

pub(super) async fn approvals(forge: &Forge, pull: &Pull, head: &str) -> Result<Approvals> {
    let path = format!("{}/merge_requests/{}", project(forge), pull.number);
    // An approval does not name its commit, so it counts only while that commit is the newest.
    let now = forge.http.get(&path).await?.body;
    let review = if now["sha"] == head { Review::Approved } else { Review::Void };
    let given = forge.http.get(&format!("{path}/approvals")).await?.body;
    let approved = given["approved_by"].as_array().ok_or_else(|| unexpected("approvals"))?;
    let name = |value: &Value| value["user"]["username"].as_str().map(str::to_owned);
    let mut reviews: Vec<(String, Review)> =
        approved.iter().filter_map(|value| Some((name(value)?, review))).collect();
    let reviewers = forge.http.get(&format!("{path}/reviewers")).await?.body;
    let against =
        reviewers.as_array().into_iter().flatten().filter(|value| value["state"] == "requested_changes");
    reviews.extend(against.filter_map(|value| Some((name(value)?, Review::Against))));
    Ok(newest_reviews(reviews.iter().map(|(who, review)| (who.as_str(), *review)), &pull.url))
}

pub(super) async fn merge(forge: &Forge, pull: &Pull, head: &str) -> Result<Result<(), String>> {
    let path = format!("{}/merge_requests/{}/merge", project(forge), pull.number);
    let body = json!({"sha": head, "should_remove_source_branch": true});
    let response = forge.http.request(Method::PUT, &path, Some(&body)).await?;
    Ok(if response.is_good() { Ok(()) } else { Err(response.reason()) })
}
