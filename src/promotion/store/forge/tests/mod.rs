//! Tests of the three forges against a server that responds as their documentation describes.

mod errors;
pub mod server;

use std::time::Duration;

use serde_json::json;

use self::server::{Response, Server};
use super::*;
use crate::config::Token;

const BRANCH: &str = "promote/staging/aa";

fn of(kind: &str, api: &str) -> Forge {
    let text = format!(
        "kind = \"{kind}\"\napi = \"{api}\"\nrepository = \"sea/sense\"\ntoken-variable = \"T\"\nremote = \"origin\"\n"
    );
    Forge::of_test(&toml::from_str(&text).unwrap())
}

impl Forge {
    /// Returns the forge of the settings, with a test token and short pauses.
    pub(crate) fn of_test(settings: &config::Forge) -> Self {
        let mut http = Http::new(settings, &Token::of("secret")).unwrap();
        http.pause = Duration::from_millis(1);
        Self { kind: settings.kind, repository: settings.repository.get_ref().clone(), http }
    }
}

const fn proposal() -> Proposal<'static> {
    Proposal { branch: BRANCH, base: "main", title: "Promote aa", body: "why" }
}

/// Returns a pull request in the format of GitHub and Forgejo, or a merge request.
fn describe(kind: &str) -> Value {
    if kind == "gitlab" {
        return json!({"iid": 7, "web_url": "https://f/7", "author": {"username": "ada"}, "sha": "h1",
            "source_branch": BRANCH, "target_branch": "main"});
    }
    json!({"number": 7, "html_url": "https://f/7", "user": {"login": "ada"}, "head": {"ref": BRANCH, "sha": "h1"}, "base": {"ref": "main"}})
}

fn pull7() -> Pull {
    Pull { number: 7, url: "https://f/7".into(), author: "ada".into(), head: "h1".into() }
}

#[tokio::test]
async fn each_forge_gets_requests_in_its_own_format() {
    for (kind, token, find, open) in [
        (
            "github",
            "Bearer secret",
            "GET /repos/sea/sense/pulls?state=open&head=sea:promote/staging/aa&base=main",
            "POST /repos/sea/sense/pulls",
        ),
        (
            "gitlab",
            "secret",
            "GET /projects/sea%2Fsense/merge_requests?state=opened&source_branch=promote/staging/aa&target_branch=main",
            "POST /projects/sea%2Fsense/merge_requests",
        ),
        (
            "forgejo",
            "token secret",
            "GET /repos/sea/sense/pulls?state=open&limit=50&page=1",
            "POST /repos/sea/sense/pulls",
        ),
    ] {
        let server = Server::new(move |line, _| match line {
            line if line.starts_with("POST") => (201, "", describe(kind)),
            line if line.contains("page=2") => (200, "", json!([])),
            _ => (200, "", json!([{"number": 1, "iid": 1, "head": {"ref": "other"}, "base": {"ref": "main"}}, describe(kind)])),
        })
        .await;
        let forge = of(kind, &server.api);
        assert_eq!(forge.find(BRANCH, "main").await, Ok(Some(pull7())), "{kind}");
        assert_eq!(forge.find(BRANCH, "release").await, Ok(None), "{kind}: another base");
        assert_eq!(forge.open(proposal()).await, Ok(pull7()), "{kind}");
        let requests = server.requests();
        assert_eq!(requests[0].line, find);
        assert_eq!(requests[0].token, token);
        let opened = requests.iter().find(|request| request.line.starts_with("POST")).unwrap();
        assert_eq!(opened.line, open);
        assert_eq!(opened.body["title"], "Promote aa");
        let head = if kind == "gitlab" { "source_branch" } else { "head" };
        assert_eq!(opened.body[head], BRANCH);
    }
}

#[tokio::test]
async fn github_counts_approvals_of_members_for_this_commit() {
    let review = |who: &str, state: &str, role: &str, commit: &str| json!({"user": {"login": who}, "state": state, "author_association": role, "commit_id": commit});
    let reviews = json!([
        review("bob", "APPROVED", "MEMBER", "h1"),
        review("eve", "APPROVED", "NONE", "h1"),
        review("old", "APPROVED", "OWNER", "h0"),
        review("ada", "APPROVED", "OWNER", "h1"),
        review("cat", "APPROVED", "COLLABORATOR", "h1"),
        review("cat", "CHANGES_REQUESTED", "COLLABORATOR", "h1"),
        review("dan", "CHANGES_REQUESTED", "MEMBER", "h1"),
        review("dan", "APPROVED", "MEMBER", "h1"),
        review("bob", "COMMENTED", "MEMBER", "h1"),
    ]);
    let server = Server::new(move |_, _| (200, "", reviews.clone())).await;
    let given = of("github", &server.api).approvals(&pull7(), "h1").await.unwrap();
    assert_eq!(given.approved, ["bob", "dan"]);
    assert_eq!(given.against, ["cat"]);
    assert_eq!(server.lines(), ["GET /repos/sea/sense/pulls/7/reviews?per_page=100&page=1"]);
}

#[tokio::test]
async fn github_reads_every_page_of_reviews() {
    let server = Server::new(|line, _| {
        let full = line.ends_with("page=1");
        let review = json!({"user": {"login": "bob"}, "state": "COMMENTED"});
        let last = json!([{"user": {"login": "cat"}, "state": "APPROVED", "author_association": "OWNER", "commit_id": "h1"}]);
        (200, "", if full { Value::Array(vec![review; 100]) } else { last })
    })
    .await;
    let given = of("github", &server.api).approvals(&pull7(), "h1").await.unwrap();
    assert_eq!(given.approved, ["cat"]);
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn gitlab_counts_approvals_while_the_commit_is_the_newest() {
    let respond = |line: &str, _: usize| -> Response {
        let user = |who: &str, state: &str| json!({"user": {"username": who}, "state": state});
        let body = match line.rsplit('/').next().unwrap() {
            "approvals" => json!({"approved_by": [user("bob", ""), user("ada", "")]}),
            "reviewers" => json!([user("bob", "reviewed"), user("cat", "requested_changes")]),
            _ => describe("gitlab"),
        };
        (200, "", body)
    };
    let server = Server::new(respond).await;
    let forge = of("gitlab", &server.api);
    let given = forge.approvals(&pull7(), "h1").await.unwrap();
    assert_eq!(given.approved, ["bob"]);
    assert_eq!(given.against, ["cat"]);
    let stale = forge.approvals(&pull7(), "h2").await.unwrap();
    assert_eq!(stale.approved, [""; 0], "approvals of another commit");
}

#[tokio::test]
async fn forgejo_counts_current_official_reviews() {
    let review = |who: &str, state: &str, official: bool, stale: bool| json!({"user": {"login": who}, "state": state, "official": official, "stale": stale, "commit_id": "h1"});
    let reviews = json!([
        review("bob", "APPROVED", true, false),
        review("eve", "APPROVED", false, false),
        review("old", "APPROVED", true, true),
        review("cat", "REQUEST_CHANGES", true, false),
        review("sly", "REQUEST_CHANGES", false, false),
        review("bob", "COMMENT", true, false),
    ]);
    let server = Server::new(move |line, _| {
        (200, "", if line.ends_with("page=1") { reviews.clone() } else { json!([]) })
    })
    .await;
    let given = of("forgejo", &server.api).approvals(&pull7(), "h1").await.unwrap();
    assert_eq!(given.approved, ["bob"]);
    assert_eq!(given.against, ["cat"]);
}

#[tokio::test]
async fn a_merge_contains_the_commit_and_reports_a_refusal() {
    for (kind, line, field) in [
        ("github", "PUT /repos/sea/sense/pulls/7/merge", "sha"),
        ("gitlab", "PUT /projects/sea%2Fsense/merge_requests/7/merge", "sha"),
        ("forgejo", "POST /repos/sea/sense/pulls/7/merge", "head_commit_id"),
    ] {
        let server = Server::new(|_, count| match count {
            1 => (200, "", json!({})),
            _ => (409, "", json!({"message": "head branch was modified"})),
        })
        .await;
        let forge = of(kind, &server.api);
        assert_eq!(forge.merge(&pull7(), "h1").await, Ok(Ok(())), "{kind}");
        let refused = forge.merge(&pull7(), "h1").await.unwrap().unwrap_err();
        assert_eq!(refused, "it answered 409: head branch was modified");
        assert_eq!(server.lines()[0], line);
        assert_eq!(server.requests()[0].body[field], "h1");
    }
}
