//! Tests of the chain: round trip through the file, and detection of changed, moved and removed lines.

use proptest::prelude::*;

use super::*;
use crate::{
    base::digest::digest,
    promotion::{
        gates::GateResult,
        store::history::{Action, GateRecord},
        verdict::Summary,
    },
};

pub fn a_record(digest: &Digest, outcome: Outcome) -> Record {
    Record {
        version: VERSION,
        at: "2026-11-24T12:00:00Z".parse().unwrap(),
        environment: "staging".into(),
        action: Action::Promote,
        who: "Ada <ada@example.org>".into(),
        digest: digest.clone(),
        commit: None,
        from: Some("local".into()),
        previous: None,
        gates: vec![GateRecord { id: "soak".into(), result: GateResult::Passed, reason: "11 min".into() }],
        watch: Some(Summary { samples: 3, requests: 30, p95_ms: 12.25, ..Summary::default() }),
        canary: None,
        outcome,
        reason: "passed".into(),
        previous_hash: String::new(),
    }
}

fn history(records: impl IntoIterator<Item = (Record, Option<String>)>) -> History {
    let mut history = History::default();
    for (record, signature) in records {
        let (record, payload) = history.next(record).unwrap();
        history.push(record, payload, signature);
    }
    history
}

fn three() -> History {
    history([
        (a_record(&digest('a'), Outcome::Verified), None),
        (a_record(&digest('b'), Outcome::Failed), Some("-----BEGIN\nx".into())),
        (a_record(&digest('a'), Outcome::Verified), None),
    ])
}

#[test]
fn a_history_survives_its_file() {
    let (read, fault) = History::parse(&"staging".into(), &three().to_text());
    assert_eq!(read, three());
    assert_eq!(fault, None);
    assert_eq!(History::parse(&"staging".into(), ""), (History::default(), None));
    assert_eq!(three().to_text().lines().count(), 3);
}

#[test]
fn the_previous_verified_digest_is_another_one() {
    let history = three();
    assert_eq!(history.verified_before(&digest('b')).unwrap().digest, digest('a'));
    assert_eq!(history.verified_before(&digest('a')), None, "b failed");
}

#[test]
fn a_line_of_another_environment_or_format_breaks_the_chain() {
    let other = History::parse(&"production".into(), &three().to_text()).1.unwrap();
    assert_eq!(other, Fault { line: 1, reason: "it is a record of `staging`".into() });
    let text = three().to_text();
    let broken = |text: &str| History::parse(&"staging".into(), text).1.unwrap().reason;
    assert!(broken("{}").contains("`record` and `signature`"));
    assert!(broken("[1").starts_with("it is not a record: "));
    assert!(broken(&text.replacen("\"version\":2", "\"version\":1", 1)).contains("version is 1"));
    let short = broken(&text.replacen(&"a".repeat(64), "aa", 1));
    assert!(short.starts_with("it is not a record: invalid digest `sha256:aa`"), "{short}");
    assert!(broken(&text.replacen("\"who\"", "\"whom\"", 1)).contains("unknown field `whom`"));
}

#[test]
fn a_bad_signature_is_reported_with_its_line() {
    let mut history = three();
    assert_eq!(history.bad_signature(), None);
    history.lines[1].checked = Some(Signature::Bad("no such key".into()));
    let fault = Fault { line: 2, reason: "its signature is bad: no such key".into() };
    assert_eq!(history.bad_signature(), Some(fault));
}

prop_compose! {
    fn any_history()(
        parts in proptest::collection::vec((".{0,20}", "[a-f0-9]{64}", any::<bool>(), proptest::option::of(".{0,30}"), any::<f64>()), 1..6)
    ) -> History {
        history(parts.into_iter().map(|(who, digest, good, signature, p95_ms)| {
            let outcome = if good { Outcome::Verified } else { Outcome::Failed };
            let watch = p95_ms.is_finite().then_some(Summary { p95_ms, ..Summary::default() });
            let record = Record { who, watch, ..a_record(&format!("sha256:{digest}").parse().unwrap(), outcome) };
            (record, signature.filter(|text| text != UNSIGNED))
        }))
    }
}

proptest! {
    #[test]
    fn any_history_survives_its_file(history in any_history()) {
        let (read, fault) = History::parse(&"staging".into(), &history.to_text());
        prop_assert_eq!(fault, None);
        prop_assert_eq!(read, history);
    }

    #[test]
    fn a_removed_changed_or_moved_line_is_detected(history in any_history(), place in any::<prop::sample::Index>(), change in 0..3) {
        prop_assume!(history.lines.len() > 1);
        let mut lines: Vec<String> = history.to_text().lines().map(str::to_owned).collect();
        let place = place.index(lines.len() - 1);
        match change {
            0 => drop(lines.remove(place)),
            1 => lines[place] = lines[place].replacen("\"reason\":\"passed\"", "\"reason\":\"changed\"", 1),
            _ => lines.swap(place, place + 1),
        }
        let (read, fault) = History::parse(&"staging".into(), &lines.join("\n"));
        prop_assert!(fault.is_some_and(|fault| fault.line <= place + 2));
        prop_assert!(read.lines.len() <= place + 1);
    }

    #[test]
    fn parsing_never_panics(text in ".{0,200}") {
        let _ = History::parse(&"staging".into(), &text);
    }
}

#[test]
fn merged_branches_differ_from_changed_lines() {
    let reason = |text: &str| History::parse(&"staging".into(), text).1.unwrap();
    let other = history([
        (a_record(&digest('a'), Outcome::Verified), None),
        (a_record(&digest('c'), Outcome::Verified), None),
    ]);
    let (ours, theirs) = (three().to_text(), other.to_text());
    let last = theirs.lines().last().unwrap();
    let merged = reason(&format!("{ours}{last}\n"));
    assert!(merged.is_merge() && merged.line == 4, "{merged:?}");
    let conflict = reason(&format!("<<<<<<< HEAD\n{ours}"));
    assert!(conflict.is_merge(), "{conflict:?}");
    let repeated = reason(&format!("{ours}{}\n", ours.lines().nth(1).unwrap()));
    assert!(!repeated.is_merge(), "{repeated:?}");
    let removed: Vec<&str> =
        ours.lines().enumerate().filter(|(n, _)| *n != 1).map(|(_, line)| line).collect();
    assert!(!reason(&removed.join("\n")).is_merge());
}
