//! GitLab's merge requests.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Approvals, Forge, Proposal, Pull, Word, newest, odd};
use crate::base::failure::Result;

/// The project's name as a part of a path.
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
    let answer = forge.http.get(&path).await?;
    let found = answer.body.as_array().ok_or_else(|| odd("merge requests"))?;
    let ours = |value: &&Value| value["source_branch"] == branch && value["target_branch"] == base;
    found.iter().find(ours).map(|value| pull(value).ok_or_else(|| odd("a merge request"))).transpose()
}

pub(super) async fn open(forge: &Forge, proposal: Proposal<'_>) -> Result<Result<Pull, String>> {
    let body = json!({"source_branch": proposal.branch, "target_branch": proposal.base, "title": proposal.title,
        "description": proposal.body, "remove_source_branch": true});
    let answer =
        forge.http.ask(Method::POST, &format!("{}/merge_requests", project(forge)), Some(&body)).await?;
    if !answer.is_good() {
        return Ok(Err(answer.reason()));
    }
    pull(&answer.body).map(Ok).ok_or_else(|| odd("a merge request"))
}

pub(super) async fn approvals(forge: &Forge, pull: &Pull, head: &str) -> Result<Approvals> {
    let path = format!("{}/merge_requests/{}", project(forge), pull.number);
    // An approval does not say of which commit, so it counts only while that commit is the newest.
    let now = forge.http.get(&path).await?.body;
    let word = if now["sha"] == head { Word::Approved } else { Word::Void };
    let given = forge.http.get(&format!("{path}/approvals")).await?.body;
    let approved = given["approved_by"].as_array().ok_or_else(|| odd("approvals"))?;
    let name = |value: &Value| value["user"]["username"].as_str().map(str::to_owned);
    let mut words: Vec<(String, Word)> =
        approved.iter().filter_map(|value| Some((name(value)?, word))).collect();
    let reviewers = forge.http.get(&format!("{path}/reviewers")).await?.body;
    let against =
        reviewers.as_array().into_iter().flatten().filter(|value| value["state"] == "requested_changes");
    words.extend(against.filter_map(|value| Some((name(value)?, Word::Against))));
    Ok(newest(words.iter().map(|(who, word)| (who.as_str(), *word)), &pull.url))
}

pub(super) async fn merge(forge: &Forge, pull: &Pull, head: &str) -> Result<Result<(), String>> {
    let path = format!("{}/merge_requests/{}/merge", project(forge), pull.number);
    let body = json!({"sha": head, "should_remove_source_branch": true});
    let answer = forge.http.ask(Method::PUT, &path, Some(&body)).await?;
    Ok(if answer.is_good() { Ok(()) } else { Err(answer.reason()) })
}
