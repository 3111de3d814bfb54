//! Tests of the rendered reports and of their JSON schema.

use super::*;
use crate::{
    base::digest::digest,
    promotion::{
        report::tests::a_report,
        trial::{Lock, Trial, Tried},
    },
};

#[allow(clippy::duplicate_mod, reason = "one checker serves the tests of several crates and modules")]
#[path = "../../../tests/schemas/check.rs"]
mod schema;

#[test]
fn a_verified_promotion() {
    insta::assert_snapshot!(report(&a_report(), Style::PLAIN), @r"
    passed  source-ready  local is Ready at this digest, 14 resources
    skipped budget        it is not billed

    envs/staging.lock.toml
      artifact          bbbbbbbbbbbb -> aaaaaaaaaaaa
      seasense/backend  111111111111 -> 222222222222
      seasense/more     none         -> 333333333333

    copied   2 manifests, 4.0 KiB
    rollout  80 requests, 0 failed, p95 90 ms, readings at most 2 s old, 60 of 60 stored
    watch    600 requests, 1 failed, p95 41 ms, readings at most 3 s old, 1200 of 1200 stored

    staging runs aaaaaaaaaaaa, verified: the verdict is Passed
    ");
}

#[test]
fn a_refused_promotion_and_a_rollback() {
    let mut refused = Report {
        ending: Ending::Refused,
        gates: vec![Gate::refused("approvals", "0 of 1: https://f/7")],
        copied: None,
        watch: None,
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

    staging: refused, nothing was deployed
    ");
    let rolled_back = Report {
        ending: Ending::RolledBack,
        rolled_back_to: Some(digest('b')),
        reason: "p95 is 900 ms, more than 500 ms, in 3 samples in a row".into(),
        next: vec!["merge https://f/7 manually".into()],
        ..a_report()
    };
    let text = report(&rolled_back, Style::PLAIN);
    let end: Vec<&str> = text.lines().rev().take(2).collect();
    assert_eq!(
        end,
        [
            "  next: merge https://f/7 manually",
            "staging runs bbbbbbbbbbbb again, rolled back: aaaaaaaaaaaa failed: p95 is 900 ms, more than 500 ms, in 3 samples in a row",
        ]
    );
}

#[test]
fn a_canary_has_a_line_for_the_gateway_and_one_for_itself() {
    let gateway = Summary {
        samples: 6,
        requests: 400,
        p95_ms: 20.0,
        freshness_seconds: Some(2.0),
        ..Summary::default()
    };
    let canary_only = Summary { p95_ms: 930.4, requests: 90, ..gateway };
    let watch = CanaryWatch { percent: 20, gateway: Some(gateway), canary_only: Some(canary_only) };
    let text = |watch| report(&Report { canary: Some(watch), ..a_report() }, Style::PLAIN);
    let lines = text(watch);
    let lines: Vec<&str> = lines.lines().filter(|line| line.contains("requests")).collect();
    assert_eq!(
        lines[..3],
        [
            "canary   20 % of the API's requests",
            "  all    400 requests, 0 failed, p95 20 ms, readings at most 2 s old, 0 of 0 stored",
            "  canary 90 requests, 0 failed, p95 930 ms",
        ]
    );
    let never_ready = CanaryWatch { percent: 20, ..CanaryWatch::default() };
    assert!(text(never_ready).contains("requests: it never became Ready\n"));
}

#[test]
fn the_json_format_matches_the_schema() {
    let refused = Report { gates: vec![], copied: None, watch: None, rollout: None, ..a_report() };
    let (gateway, canary_only) = (Some(Summary::default()), Some(Summary::default()));
    let canary = Some(CanaryWatch { percent: 5, gateway, canary_only });
    let lock = Lock { table: "reading".into(), mode: "ShareLock".into(), held_ms: 1, waited_ms: 2 };
    let tried =
        Tried { file: "0004_x.sql".into(), line: 1, column: 1, locks: vec![lock], ..Tried::default() };
    let migrations = Some(Trial { readings: 9, tried: vec![tried] });
    let all = [a_report(), refused, Report { canary, ..a_report() }, Report { migrations, ..a_report() }];
    for report in all {
        schema::assert_allowed("promotion", &serde_json::to_value(report).unwrap());
    }
}
