//! Tests of a forge's errors: refused, absent, already open, busy, broken.

use serde_json::json;

use super::{
    server::{Response, Server},
    *,
};

const KINDS: [&str; 3] = ["github", "gitlab", "forgejo"];

/// Opens a pull request on a forge that always sends `response`. Returns the failure and the number of
/// requests.
async fn refused(kind: &str, response: Response) -> (Failure, usize) {
    let server = Server::new(move |_, _| response.clone()).await;
    let failure = of(kind, &server.api).open(proposal()).await.unwrap_err();
    assert!(!format!("{failure:?}").contains("secret"), "the token leaks: {failure:?}");
    (failure, server.lines().len())
}

#[tokio::test]
async fn an_invalid_or_weak_token_is_named_by_its_variable() {
    for kind in KINDS {
        let (invalid, requests) = refused(kind, (401, "", json!({"message": "Bad credentials"}))).await;
        assert_eq!(invalid.message, "the forge refuses the token");
        assert_eq!(requests, 1);
        assert_eq!(invalid.causes, ["it answered 401: Bad credentials"]);
        assert_eq!(invalid.hints, ["create a new token and set T"]);
        let (weak, _) = refused(kind, (403, "", json!({"error": "insufficient_scope"}))).await;
        assert_eq!(weak.message, "the token is not allowed to do this on the forge");
    }
}

#[tokio::test]
async fn an_unknown_repository_is_reported() {
    for kind in KINDS {
        let (absent, requests) = refused(kind, (404, "", Value::Null)).await;
        assert!(absent.message.starts_with("the forge does not find `/"), "{absent:?}");
        assert_eq!(absent.kind, Kind::Tool);
        assert_eq!(requests, 1);
    }
}

#[tokio::test]
async fn an_open_pull_request_is_reused() {
    for (kind, code) in [("github", 422), ("gitlab", 409), ("forgejo", 409)] {
        let server = Server::new(move |line, _| match line {
            line if line.starts_with("POST") => (code, "", json!({"message": "already exists"})),
            line if line.contains("page=2") => (200, "", json!([])),
            _ => (200, "", json!([describe(kind)])),
        })
        .await;
        assert_eq!(of(kind, &server.api).open(proposal()).await, Ok(pull7()), "{kind}");
    }
}

#[tokio::test]
async fn a_refused_pull_request_has_the_forge_s_reason() {
    for kind in KINDS {
        let server = Server::new(|line, _| match line {
            line if line.starts_with("POST") => {
                (422, "", json!({"message": "Validation Failed", "errors": [{"message": "No commits between main and x"}]}))
            }
            _ => (200, "", json!([])),
        })
        .await;
        let failure = of(kind, &server.api).open(proposal()).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Promotion);
        assert_eq!(failure.causes, ["it answered 422: Validation Failed: No commits between main and x"]);
    }
}

#[tokio::test]
async fn requests_to_a_busy_or_broken_forge_are_repeated() {
    for kind in KINDS {
        let server = Server::new(move |_, count| match count {
            1 => (429, "retry-after: 0\r\n", Value::Null),
            2 => (502, "", Value::Null),
            _ => (201, "", describe(kind)),
        })
        .await;
        assert_eq!(of(kind, &server.api).open(proposal()).await, Ok(pull7()), "{kind}");
        assert_eq!(server.lines().len(), 3);
    }
}

#[tokio::test]
async fn a_lasting_error_is_reported_after_a_few_attempts() {
    let (broken, requests) = refused("github", (503, "", json!({"message": "down"}))).await;
    assert_eq!(broken.kind, Kind::Tool);
    assert_eq!(requests, 4);
    assert_eq!(broken.causes, ["it answered 503: down"]);
    let (busy, requests) = refused("gitlab", (429, "retry-after: 3600\r\n", Value::Null)).await;
    assert_eq!(busy.hints, ["run this again in 3600 s"]);
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn no_response_and_an_unexpected_one_are_reported() {
    let silent = of("forgejo", "http://127.0.0.1:9").find(BRANCH, "main").await.unwrap_err();
    assert_eq!(silent.kind, Kind::Tool);
    assert_eq!(silent.message, "the forge at http://127.0.0.1:9 does not respond");
    for kind in KINDS {
        let server = Server::new(|_, _| (200, "", json!("<html>"))).await;
        let failure = of(kind, &server.api).find(BRANCH, "main").await.unwrap_err();
        assert!(failure.message.starts_with("the forge returned an unexpected response"), "{failure:?}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed_with_the_token() {
    let server = Server::new(|_, _| (302, "location: http://127.0.0.1:9/\r\n", Value::Null)).await;
    let failure = of("github", &server.api).find(BRANCH, "main").await.unwrap_err();
    assert!(failure.message.starts_with("the forge returned an unexpected response"), "{failure:?}");
    assert_eq!(server.lines().len(), 1);
}
