//! Tests of the text, Markdown and JSON of a comparison.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    compare::{
        Change, ChangeKind, Cost, Field, Image, ImageChange, Infrastructure, Manifests, Migration,
        Migrations, ObjectId, Resource, SideLabel,
    },
    ui::Style,
};

#[allow(clippy::duplicate_mod, reason = "one checker serves the tests of several crates and modules")]
#[path = "../../../tests/schemas/check.rs"]
mod schema;

fn field(path: &str, before: serde_json::Value, after: serde_json::Value) -> Field {
    let side = |value: serde_json::Value| (!value.is_null()).then_some(value);
    Field { path: path.into(), before: side(before), after: side(after) }
}

fn object(kind: &str, name: &str) -> ObjectId {
    ObjectId { kind: kind.into(), namespace: "seasense".into(), name: name.into(), group: "apps".into() }
}

fn manifests() -> Manifests {
    let change = |phase: &str, id: ObjectId, kind: ChangeKind| Change { phase: phase.into(), id, kind };
    Manifests {
        phases: vec!["data".into(), "apps".into()],
        changes: vec![
            change(
                "data",
                object("Secret", "key"),
                ChangeKind::Changed {
                    from: None,
                    fields: vec![field("stringData.key", json!("(secret)"), json!("(secret)"))],
                },
            ),
            change(
                "apps",
                object("Deployment", "backend"),
                ChangeKind::Changed {
                    from: Some("data".into()),
                    fields: vec![
                        field("spec.replicas", json!(1), json!(2)),
                        field(
                            "spec.template.spec.containers[backend].env[X]",
                            json!(null),
                            json!({"name": "X", "value": "1"}),
                        ),
                    ],
                },
            ),
            change(
                "apps",
                object("ConfigMap", "new"),
                ChangeKind::Added { object: json!({"kind": "ConfigMap", "data": {"a": "```\nx"}}) },
            ),
            change(
                "apps",
                object("Service", "old"),
                ChangeKind::Removed { object: json!({"kind": "Service"}) },
            ),
        ],
    }
}

fn images() -> Vec<ImageChange> {
    let digest = |c| Some(crate::base::digest::digest(c));
    vec![
        ImageChange {
            name: "envoy".into(),
            before: Some(Image { digest: digest('a'), version: Some("v1.39.1".into()) }),
            after: Some(Image { digest: digest('b'), version: Some("v1.39.2".into()) }),
            sources: vec![],
        },
        ImageChange {
            name: "seasense-backend".into(),
            before: Some(Image::default()),
            after: Some(Image::default()),
            sources: ["a", "b", "c", "d", "e"].map(str::to_owned).into(),
        },
    ]
}

fn full() -> Report {
    let side = |label: &str, environment: &str| SideLabel {
        label: label.into(),
        commit: Some("c".repeat(40)),
        digest: None,
        environment: environment.into(),
    };
    Report {
        version: 1,
        differs: true,
        before: side("staging (sha256:aaaaaaaaaaaa)", "staging"),
        after: side("the `<work>` tree", "staging"),
        manifests: manifests(),
        images: images(),
        migrations: Migrations {
            added: vec![Migration {
                file: "0003_index.sql".into(),
                sql: "create index i on t (a);\n".into(),
            }],
            changed: vec!["0001_readings.sql".into()],
            removed: vec![],
        },
        variables: vec![field("BUOYS", json!("5"), json!("12"))],
        infrastructure: Infrastructure {
            settings: vec![field("nodes_max", json!(2), json!(3))],
            plan: Some(vec![Resource {
                address: "module.a.b[\"c\"]".into(),
                action: "replace".into(),
                fields: vec![field("zone", json!("a"), json!("b"))],
            }]),
        },
        cost: Some(Cost { before: Some(38.9), after: Some(54.2) }),
        notes: vec!["the work tree is used".into()],
    }
}

fn nothing() -> Report {
    let empty = Report { differs: false, ..full() };
    Report {
        manifests: Manifests::default(),
        images: vec![],
        migrations: Migrations::default(),
        variables: vec![],
        infrastructure: Infrastructure::default(),
        cost: None,
        notes: vec![],
        ..empty
    }
}

#[test]
fn the_text_shows_every_section() {
    insta::assert_snapshot!(text::render(&full(), Style::PLAIN, false).unwrap());
}

#[test]
fn the_markdown_shows_every_section() {
    insta::assert_snapshot!(markdown::render(&full()).unwrap());
}

#[test]
fn equal_sides_are_reported_as_equal() {
    assert!(text::render(&nothing(), Style::PLAIN, false).unwrap().ends_with("\nnothing differs\n"));
    assert!(markdown::render(&nothing()).unwrap().contains("Nothing differs."));
}

#[test]
fn long_differences_are_cut_unless_full_is_set() {
    let mut report = full();
    let data: serde_json::Map<String, serde_json::Value> =
        (0..100).map(|i| (format!("k{i}"), json!(i))).collect();
    report.manifests.changes[2].kind = ChangeKind::Added { object: json!(data) };
    let cut = text::render(&report, Style::PLAIN, false).unwrap();
    assert!(cut.contains("… 76 more lines (`--full` shows them)") && !cut.contains("k99"), "{cut}");
    assert!(text::render(&report, Style::PLAIN, true).unwrap().contains("k99"));
}

#[test]
fn the_json_matches_the_schema() {
    for report in [full(), nothing()] {
        schema::assert_allowed("diff", &serde_json::to_value(&report).unwrap());
    }
}

#[test]
fn a_long_comment_lists_the_omitted_parts() {
    let mut report = full();
    let one = report.manifests.changes[1].clone();
    report.manifests.changes =
        (0..2000).map(|i| Change { id: object("Deployment", &format!("d{i}")), ..one.clone() }).collect();
    let text = markdown::render(&report).unwrap();
    assert!(text.len() <= 60_000, "{}", text.len());
    assert!(
        text.contains("**Not shown** (limit 60 kB): ") && text.contains(" of 2000 in apps"),
        "{}",
        &text[text.len() - 400..]
    );
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn comments_never_exceed_the_limit(count in 0usize..400, length in 0usize..4000, notes in 0usize..3) {
        let mut report = full();
        let object = json!({"text": "x\n".repeat(length)});
        report.manifests.changes = (0..count).map(|i| Change { phase: "apps".into(), id: super::tests::object("A", &i.to_string()), kind: ChangeKind::Added { object: object.clone() } }).collect();
        report.notes = vec!["`n`".repeat(50); notes];
        prop_assert!(markdown::render(&report).unwrap().len() <= 60_000);
    }
}
