//! Invalid settings stop the fleet at once, with the reason.

use crate::fleet::FleetDir;

#[test]
fn plain_http_is_rejected() {
    let directory = FleetDir::new();
    let mut fleet = directory.start("http://seasense.example", &[]);
    fleet.wait_for("must be an https URL");
    assert_eq!(fleet.wait().code(), Some(1));
}

#[test]
fn short_key_is_rejected() {
    let directory = FleetDir::new();
    std::fs::write(directory.path().join("key"), "secret").unwrap();
    let mut fleet = directory.start("https://seasense.example", &[]);
    fleet.wait_for("the enrolment key has 6 characters");
    assert_eq!(fleet.wait().code(), Some(1));
}

#[test]
fn file_without_a_certificate_is_rejected() {
    let directory = FleetDir::new();
    let file = directory.path().join("ca.crt");
    std::fs::write(&file, "no certificate").unwrap();
    let mut fleet = directory.start("https://seasense.example", &["--ca", file.to_str().unwrap()]);
    fleet.wait_for("CA file");
    assert_eq!(fleet.wait().code(), Some(1));
}

#[test]
fn invalid_ack_log_is_not_ignored() {
    let directory = FleetDir::new();
    let ack_log = directory.path().join("ack-log");
    std::fs::create_dir(&ack_log).unwrap();
    std::fs::write(ack_log.join("acknowledged-000001.jsonl"), "invalid\n").unwrap();
    let mut fleet = directory.start("https://seasense.example", &[]);
    fleet.wait_for("acknowledged-000001.jsonl:1");
    assert_eq!(fleet.wait().code(), Some(1));
}
