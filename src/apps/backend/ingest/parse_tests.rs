//! Each kind of broken reading is refused alone, with its field.

use seasense::apps::shared::parameter;
use serde_json::json;

use super::*;

const GOOD: &str = r#"{"seq": 1, "observed_at": "2026-06-01T12:00:00Z", "latitude": 48.3, "longitude": -4.8, "values": {"sea_water_temperature": 14.2}}"#;

/// Parses a batch of a good reading, this one, and another good one; asserts that the good ones are read.
fn refused(bad: &str) -> Refused {
    let other = GOOD.replace("\"seq\": 1", "\"seq\": 3");
    let body = format!(r#"{{"buoy": "buoy-001", "boot_id": 1, "readings": [{GOOD}, {bad}, {other}]}}"#);
    let received = batch(body.as_bytes()).unwrap_or_else(|problem| panic!("{bad}: {problem:?}"));
    let [first, bad, last] = <[_; 3]>::try_from(received.readings).unwrap();
    assert_eq!((first.unwrap().seq, last.unwrap().seq), (1, 3));
    bad.expect_err("it is refused")
}

/// The good reading with another text in place of one.
fn with(from: &str, to: &str) -> String {
    let second = GOOD.replace("\"seq\": 1", "\"seq\": 2");
    assert!(second.contains(from), "{from}");
    second.replace(from, to)
}

#[test]
fn broken_reading_is_refused_alone_with_its_field() {
    let time = "\"2026-06-01T12:00:00Z\"";
    let cases = [
        ("14.2", "null", "values.sea_water_temperature"),
        ("14.2", "\"MM\"", "values.sea_water_temperature"),
        ("14.2", "MM", "values.sea_water_temperature"),
        ("14.2", "NaN", "values.sea_water_temperature"),
        ("14.2", "-Infinity", "values.sea_water_temperature"),
        ("14.2", "1e999", "values.sea_water_temperature"),
        ("14.2", "[14.2]", "values.sea_water_temperature"),
        ("{\"sea_water_temperature\": 14.2}", "null", "values"),
        ("14.2}", "14.2, \"sea_water_temperature\": 14.3}", "values.sea_water_temperature"),
        ("\"seq\": 2", "\"seq\": 2.0", "seq"),
        ("\"seq\": 2", "\"seq\": 2, \"seq\": 2", "seq"),
        ("\"seq\": 2, ", "", "seq"),
        ("\"seq\": 2", "\"seq\": 99999999999999999999", "seq"),
        ("48.3", "null", "latitude"),
        ("48.3", "\"48.3\"", "latitude"),
        ("-4.8", "-4.8, \"depth_cm\": 50.5", "depth_cm"),
        ("-4.8", "-4.8, \"colour\": \"red\"", "colour"),
        (time, "\"2026-06-01T12:00:00\"", "observed_at"),
        (time, "\"2026-06-01T12:00:00 CEST\"", "observed_at"),
        (time, "\"2026-06-01T12:00:00+99:00\"", "observed_at"),
        (time, "1780000000", "observed_at"),
        (time, "null", "observed_at"),
    ];
    for (from, to, field) in cases {
        let refused = refused(&with(from, to));
        assert_eq!(refused.field.as_deref(), Some(field), "{to}: {}", refused.reason);
        assert_eq!(refused.code, "unreadable");
        assert!(refused.reason.starts_with(&format!("{field}: ")), "{}", refused.reason);
        assert!(!refused.reason.contains(" line "), "{}", refused.reason);
        assert_eq!(refused.kept.is_some(), field == "observed_at", "{to}");
    }
}

#[test]
fn sequence_number_is_reported_if_it_can_be_read() {
    assert_eq!(refused(&with("48.3", "null")).seq, Some(2));
    assert_eq!(refused(&with("\"seq\": 2", "\"seq\": 2.5")).seq, None);
    assert_eq!(refused(&with("14.2", "1e999")).seq, None, "the reading as a whole is no JSON");
}

#[test]
fn reading_that_is_no_object_is_refused_alone() {
    for bad in ["null", "5", "\"x\"", "[]", "true", "MM"] {
        let refused = refused(bad);
        assert_eq!((refused.seq, refused.field), (None, None), "{bad}");
        assert!(!refused.reason.is_empty());
    }
}

#[test]
fn invalid_utf8_spoils_its_own_reading_only() {
    let bad = with("sea_water_temperature", "sea_water_\u{1}");
    let body = format!(r#"{{"buoy": "buoy-001", "boot_id": 1, "readings": [{GOOD}, {bad}]}}"#);
    let body: Vec<u8> = body.bytes().map(|byte| if byte == 1 { 0xff } else { byte }).collect();
    let received = batch(&body).unwrap();
    assert!(received.readings[0].is_ok());
    // The name is one that no parameter has; the check of the content names it.
    let name = received.readings[1].as_ref().unwrap().values.keys().next().unwrap();
    assert!(parameter::by_name(name).is_none(), "{name}");
}

#[test]
fn byte_order_mark_is_ignored() {
    let body = format!("\u{feff}{{\"buoy\": \"buoy-001\", \"boot_id\": 1, \"readings\": [{GOOD}, null]}}");
    let received = batch(body.as_bytes()).unwrap();
    assert_eq!(received.readings.iter().filter(|reading| reading.is_ok()).count(), 1);
}

#[test]
fn broken_envelope_refuses_the_batch_with_its_field() {
    let cases = [
        (r#"{"boot_id": 1, "readings": []}"#, 422, Some("buoy")),
        (r#"{"buoy": 7, "boot_id": 1, "readings": []}"#, 422, Some("buoy")),
        (r#"{"buoy": "a", "boot_id": 1.5, "readings": []}"#, 422, Some("boot_id")),
        (r#"{"buoy": "a", "boot_id": NaN, "readings": []}"#, 422, Some("boot_id")),
        (r#"{"buoy": "a", "boot_id": 1, "readings": null}"#, 422, Some("readings")),
        (r#"{"buoy": "a", "boot_id": 1, "readings": [], "readings": []}"#, 422, Some("readings")),
        (r#"{"buoy": "a", "boot_id": 1, "readings": [], "colour": "red"}"#, 422, Some("colour")),
        (r#"{"buoy": "a", "boot_id": 1, "readings": [{"seq": 1]}"#, 400, None),
        (r#"{"buoy": "a", "boot_id": 1, "readings": []} {}"#, 400, None),
        (r#"{"buoy": "a", "boot_id": 1, "readings": ["#, 400, None),
        ("", 400, None),
    ];
    for (body, status, field) in cases {
        let problem = serde_json::to_value(batch(body.as_bytes()).unwrap_err()).unwrap();
        assert_eq!(problem["status"], status, "{body}: {problem}");
        assert_eq!(problem.get("parameter"), field.map(|field| json!(field)).as_ref(), "{body}: {problem}");
    }
}
