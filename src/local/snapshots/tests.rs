//! Tests of the snapshot list and its published schema.

use serde_json::json;

use super::*;
use crate::base::digest::digest;

#[allow(clippy::duplicate_mod, reason = "the checker is shared by the tests of several crates and modules")]
#[path = "../../../tests/schemas/check.rs"]
mod schema;

fn line(name: &str, info: &Value) -> String {
    json!({"name": name, "bytes": 1024, "info": info.to_string()}).to_string()
}

#[test]
fn snapshot_has_its_creation_time_and_content() {
    let info = SnapshotInfo {
        created: Some("2026-11-21T10:00:00Z".parse().unwrap()),
        content: DatabaseContent { rows: 40, readings: 10, schema: 2 },
        digest: Some(digest('a')),
    };
    let found = read(&line("before", &serde_json::to_value(&info).unwrap())).unwrap();
    assert_eq!(found.name, "before");
    assert_eq!(found.bytes, 1024);
    assert_eq!(found.info, info);
}

#[test]
fn changed_description_is_ignored() {
    for info in [json!("my own words"), json!({"surprise": 1}), Value::Null] {
        let found = read(&line("before", &info)).unwrap();
        assert_eq!(found.info, SnapshotInfo::default(), "{info}");
    }
    assert!(read("no json").is_err());
}

#[test]
fn output_matches_the_published_schema() {
    let full =
        read(&line("a", &json!({"created": "2026-11-21T10:00:00Z", "rows": 4, "digest": *digest('a')})))
            .unwrap();
    let bare = read(&line("b", &Value::Null)).unwrap();
    let printed = json!({"version": 2, "snapshots": [full, bare]});
    schema::assert_allowed("snapshots", &printed);
}
