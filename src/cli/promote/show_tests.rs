//! Tests of what people see of a promotion.

use super::*;
use crate::promotion::{Copied, report::ImageChange, store::history::Action};

#[allow(clippy::duplicate_mod, reason = "one checker serves the tests of several crates and modules")]
#[path = "../../../tests/schemas/check.rs"]
mod schema;

fn a_report() -> Report {
    let image = |before: Option<&str>, after: Option<&str>| ImageChange {
        before: before.map(|c| format!("sha256:{}", c.repeat(64))),
        after: after.map(|c| format!("sha256:{}", c.repeat(64))),
    };
    Report {
        version: 1,
        environment: "staging".into(),
        action: Action::Promote,
        digest: format!("sha256:{}", "a".repeat(64)),
        commit: None,
        from: "local".into(),
        ending: Ending::Verified,
        reason: "it held through the whole watch".into(),
        gates: vec![
            Gate::passed("source-ready", "local is Ready at this digest, 14 parts"),
            Gate::skipped("budget", "it costs nothing"),
        ],
        lock: LockChange {
            file: "envs/staging.lock.toml".into(),
            before: Some(format!("sha256:{}", "b".repeat(64))),
            after: format!("sha256:{}", "a".repeat(64)),
            images: [
                ("seasense/backend".to_owned(), image(Some("1"), Some("2"))),
                ("seasense/more".to_owned(), image(None, Some("3"))),
            ]
            .into(),
        },
        copied: Some(Copied { manifests: 2, bytes: 4096 }),
        canary: None,
        figures: Some(Summary {
            looks: 24,
            requests: 600,
            failed: 1,
            p95_ms: 41.3,
            freshness_seconds: Some(3.2),
            sent: 1200,
            stored: 1203,
        }),
        rollout: Some(Summary {
            looks: 1,
            requests: 80,
            failed: 0,
            p95_ms: 90.0,
            freshness_seconds: Some(2.0),
            sent: 60,
            stored: 60,
        }),
        rollback: None,
        restored: None,
        pull_request: None,
        next: vec![],
    }
}

#[test]
fn a_promotion_that_went_well() {
    insta::assert_snapshot!(report(&a_report(), Style::PLAIN), @r"
    passed  source-ready  local is Ready at this digest, 14 parts
    skipped budget        it costs nothing

    envs/staging.lock.toml
      artifact          bbbbbbbbbbbb -> aaaaaaaaaaaa
      seasense/backend  111111111111 -> 222222222222
      seasense/more     none         -> 333333333333

    copied   2 manifests, 4.0 KiB
    rollout  80 requests, 0 failed, p95 90 ms, readings at most 2 s old, 60 of 60 stored
    watched  600 requests, 1 failed, p95 41 ms, readings at most 3 s old, 1200 of 1200 stored

    staging runs aaaaaaaaaaaa, verified: it held through the whole watch
    ");
}

#[test]
fn one_that_was_refused_and_one_that_was_taken_back() {
    let mut refused = Report {
        ending: Ending::Refused,
        gates: vec![Gate::refused("approvals", "0 of 1: https://f/7")],
        copied: None,
        figures: None,
        rollout: None,
        pull_request: Some("https://f/7".into()),
        ..a_report()
    };
    refused.lock.images.clear();
    insta::assert_snapshot!(report(&refused, Style::PLAIN), @r"
    REFUSED approvals  0 of 1: https://f/7

    envs/staging.lock.toml
      artifact  bbbbbbbbbbbb -> aaaaaaaaaaaa

    review   https://f/7

    staging: refused, nothing runs differently
    ");
    let back = Report {
        ending: Ending::RolledBack,
        restored: Some(format!("sha256:{}", "b".repeat(64))),
        reason: "p95 is 900 ms, more than 500 ms, in 3 looks in a row".into(),
        next: vec!["merge https://f/7 by hand".into()],
        ..a_report()
    };
    let told = report(&back, Style::PLAIN);
    let end: Vec<&str> = told.lines().rev().take(2).collect();
    assert_eq!(
        end,
        [
            "  next: merge https://f/7 by hand",
            "staging runs bbbbbbbbbbbb again, rolled back: aaaaaaaaaaaa was worse: p95 is 900 ms, more than 500 ms, in 3 looks in a row",
        ]
    );
}

#[test]
fn a_share_that_came_first_is_told_by_all_and_by_those_who_asked_for_it() {
    let seen =
        Summary { looks: 6, requests: 400, p95_ms: 20.0, freshness_seconds: Some(2.0), ..Summary::default() };
    let own = Summary { p95_ms: 930.4, requests: 90, ..seen };
    let tried = Tried { percent: 20, figures: Some(seen), own: Some(own) };
    let told = |tried| report(&Report { canary: Some(tried), ..a_report() }, Style::PLAIN);
    let lines = told(tried);
    let lines: Vec<&str> = lines.lines().filter(|line| line.contains("requests")).collect();
    assert_eq!(
        lines[..3],
        [
            "canary   20 % of the API's requests",
            "  all    400 requests, 0 failed, p95 20 ms, readings at most 2 s old, 0 of 0 stored",
            "  own    90 requests, 0 failed, p95 930 ms",
        ]
    );
    assert!(told(Tried { percent: 20, ..Tried::default() }).contains("requests: it never became Ready\n"));
}

#[test]
fn the_json_form_is_what_the_schema_says() {
    let empty = Report { gates: vec![], copied: None, figures: None, rollout: None, ..a_report() };
    let tried = Tried { percent: 5, figures: Some(Summary::default()), own: Some(Summary::default()) };
    let shared = Report { canary: Some(tried), ..a_report() };
    for report in [a_report(), empty, shared] {
        schema::assert_allowed("promotion", &serde_json::to_value(report).unwrap());
    }
}
