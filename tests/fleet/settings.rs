//! Wrong settings end the fleet at once, with the reason.

use crate::fleet::Harbour;

#[test]
fn readings_are_not_sent_in_the_clear() {
    let harbour = Harbour::new();
    let mut fleet = harbour.start("http://seasense.example", &[]);
    fleet.wait_for("must be an https address");
    assert_eq!(fleet.wait().code(), Some(1));
}

#[test]
fn a_short_key_is_refused() {
    let harbour = Harbour::new();
    std::fs::write(harbour.path().join("key"), "secret").unwrap();
    let mut fleet = harbour.start("https://seasense.example", &[]);
    fleet.wait_for("the enrolment key has 6 characters");
    assert_eq!(fleet.wait().code(), Some(1));
}

#[test]
fn a_file_that_is_no_ca_is_refused() {
    let harbour = Harbour::new();
    let file = harbour.path().join("ca.crt");
    std::fs::write(&file, "no certificate").unwrap();
    let mut fleet = harbour.start("https://seasense.example", &["--ca", file.to_str().unwrap()]);
    fleet.wait_for("CA file");
    assert_eq!(fleet.wait().code(), Some(1));
}

#[test]
fn an_ack_log_that_cannot_be_read_is_not_ignored() {
    let harbour = Harbour::new();
    let ack_log = harbour.path().join("ack-log");
    std::fs::create_dir(&ack_log).unwrap();
    std::fs::write(ack_log.join("acknowledged-000001.jsonl"), "rubbish\n").unwrap();
    let mut fleet = harbour.start("https://seasense.example", &[]);
    fleet.wait_for("acknowledged-000001.jsonl:1");
    assert_eq!(fleet.wait().code(), Some(1));
}
