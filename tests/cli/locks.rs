//! A command that another run excludes says at once which run that is, and how it ends.

use std::{fs, process::Command};

use rustix::fs::{FlockOperation, flock};

use super::{docker_machine::Machine, harness::Harness};

/// Holds the lock of the environment as the process that runs `words` until it is dropped.
struct Held {
    child: std::process::Child,
    _file: fs::File,
}

impl Held {
    fn new(harness: &Harness, words: &[&str]) -> Self {
        let child = Command::new("sh").args(["-c", "sleep 60; true"]).args(words).spawn().unwrap();
        let path = harness.lock(&format!("seasense-{}", harness.instance()));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, child.id().to_string()).unwrap();
        let file = fs::File::open(&path).unwrap();
        flock(&file, FlockOperation::NonBlockingLockExclusive).unwrap();
        Self { child, _file: file }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn refused(words: &[&str]) -> String {
    let harness = Harness::new();
    let _machine = Machine::start(&harness.root().join("docker.sock"), Vec::new());
    let held = Held::new(&harness, words);
    let run = harness.run_in(&harness.project(), &["snapshot", "save", "before"]);
    assert_eq!(run.code, Some(30), "{}", run.stderr);
    let holder = format!("process {} (`sh -c sleep 60; true {}`, for ", held.child.id(), words.join(" "));
    assert!(run.stderr.contains(&holder), "{}", run.stderr);
    run.stderr
}

#[test]
fn snapshot_during_a_watch_tells_how_to_end_the_watch() {
    let stderr = refused(&["seasense", "dev", "--watch"]);
    assert!(stderr.contains("press Ctrl-C in its terminal"), "{stderr}");
    assert!(!stderr.contains("wait for it to end"), "{stderr}");
}

#[test]
fn snapshot_during_another_run_names_that_run() {
    let stderr = refused(&["seasense", "dev"]);
    assert!(stderr.contains("wait for it to end (`--wait-lock SECONDS`)"), "{stderr}");
}
