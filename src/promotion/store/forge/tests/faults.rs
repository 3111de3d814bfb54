//! Tests of what a forge does when something is wrong: refused, absent, there already, busy, broken.

use serde_json::json;

use super::{
    server::{Answer, Server},
    *,
};

const KINDS: [&str; 3] = ["github", "gitlab", "forgejo"];

/// The failure of opening a pull request on a forge that gives one answer to everything.
async fn refused(kind: &str, answer: Answer) -> (Failure, usize) {
    let server = Server::new(move |_, _| answer.clone()).await;
    let failure = of(kind, &server.api).open(proposal()).await.unwrap_err();
    assert!(!format!("{failure:?}").contains("secret"), "the token leaks: {failure:?}");
    (failure, server.lines().len())
}

#[tokio::test]
async fn a_token_that_is_wrong_or_weak_is_named_by_its_variable() {
    for kind in KINDS {
        let (wrong, asked) = refused(kind, (401, "", json!({"message": "Bad credentials"}))).await;
        assert_eq!((wrong.message.as_str(), asked), ("the forge does not take the token", 1));
        assert_eq!(wrong.causes, ["it answers 401: Bad credentials"]);
        assert_eq!(wrong.hints, ["make a new one and set T"]);
        let (weak, _) = refused(kind, (403, "", json!({"error": "insufficient_scope"}))).await;
        assert_eq!(weak.message, "the token may not do that on the forge");
    }
}

#[tokio::test]
async fn a_repository_that_is_not_there_is_told() {
    for kind in KINDS {
        let (absent, asked) = refused(kind, (404, "", Value::Null)).await;
        assert!(absent.message.starts_with("the forge knows no `/"), "{absent:?}");
        assert_eq!((absent.kind, asked), (Kind::Tool, 1));
    }
}

#[tokio::test]
async fn one_that_is_open_already_is_taken() {
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
async fn one_that_cannot_be_opened_is_refused_in_the_forge_s_words() {
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
        assert_eq!(failure.causes, ["it answers 422: Validation Failed: No commits between main and x"]);
    }
}

#[tokio::test]
async fn a_busy_or_broken_forge_is_asked_again() {
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
async fn one_that_stays_so_is_told_after_a_few_times() {
    let (broken, asked) = refused("github", (503, "", json!({"message": "down"}))).await;
    assert_eq!((broken.kind, asked), (Kind::Tool, 4));
    assert_eq!(broken.causes, ["it answers 503: down"]);
    let (busy, asked) = refused("gitlab", (429, "retry-after: 3600\r\n", Value::Null)).await;
    assert_eq!((busy.hints, asked), (vec!["run this again in 3600 s".to_owned()], 1));
}

#[tokio::test]
async fn a_forge_that_does_not_answer_or_answers_something_else_is_told() {
    let silent = of("forgejo", "http://127.0.0.1:9").find(BRANCH, "main").await.unwrap_err();
    assert_eq!(
        (silent.kind, silent.message.as_str()),
        (Kind::Tool, "the forge at http://127.0.0.1:9 does not answer")
    );
    for kind in KINDS {
        let server = Server::new(|_, _| (200, "", json!("<html>"))).await;
        let odd = of(kind, &server.api).find(BRANCH, "main").await.unwrap_err();
        assert!(odd.message.starts_with("the forge answers something unknown"), "{odd:?}");
    }
}

#[tokio::test]
async fn the_token_follows_no_redirect() {
    let server = Server::new(|_, _| (302, "location: http://127.0.0.1:9/\r\n", Value::Null)).await;
    let failure = of("github", &server.api).find(BRANCH, "main").await.unwrap_err();
    assert!(failure.message.starts_with("the forge answers something unknown"), "{failure:?}");
    assert_eq!(server.lines().len(), 1);
}
