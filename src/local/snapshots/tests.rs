//! Reading lists, and their published schema.

use serde_json::json;

use super::*;

#[allow(clippy::duplicate_mod, reason = "one checker serves the tests of several crates and modules")]
#[path = "../../../tests/schemas/check.rs"]
mod schema;

fn line(name: &str, about: &Value) -> String {
    json!({"name": name, "bytes": 1024, "about": about.to_string()}).to_string()
}

#[test]
fn a_snapshot_tells_when_it_was_made_and_what_is_in_it() {
    let about = About {
        made: Some("2026-11-21T10:00:00Z".parse().unwrap()),
        content: Content { rows: 40, readings: 10, schema: 2 },
        digest: Some("sha256:aa".into()),
    };
    let found = read(&line("before", &serde_json::to_value(&about).unwrap())).unwrap();
    assert_eq!((found.name.as_str(), found.bytes, &found.about), ("before", 1024, &about));
}

#[test]
fn a_note_that_somebody_changed_is_unknown_and_no_error() {
    for about in [json!("my own words"), json!({"surprise": 1}), Value::Null] {
        let found = read(&line("before", &about)).unwrap();
        assert_eq!(found.about, About::default(), "{about}");
    }
    assert!(read("no json").is_err());
}

#[test]
fn the_published_schema_is_what_is_printed() {
    let full =
        read(&line("a", &json!({"made": "2026-11-21T10:00:00Z", "rows": 4, "digest": "sha256:aa"}))).unwrap();
    let bare = read(&line("b", &Value::Null)).unwrap();
    let printed = json!({"snapshots": [full, bare]});
    schema::assert_allowed("snapshots", &printed);
}
