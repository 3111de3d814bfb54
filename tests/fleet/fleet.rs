//! The fleet as a child process.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use seasense::apps::shared::wire::Reading;
use serde::Deserialize;
use tempfile::TempDir;

/// The key that all tests derive tokens from.
pub const KEY: &str = "5ea5e45e5ea5e45e5ea5e45e5ea5e45e5ea5e45e5ea5e45e5ea5e45e5ea5e45e";

/// Time limit for a log event.
const EVENT_TIME: Duration = Duration::from_secs(30);

/// The directory of a fleet's key and acknowledgement log, for several starts.
pub struct FleetDir {
    folder: TempDir,
}

/// One line of the acknowledgement log.
#[derive(Debug, Deserialize)]
pub struct Acknowledged {
    /// Id of the buoy.
    pub buoy: String,
    /// Number of the fleet's start.
    pub boot_id: i64,
    /// Sequence number of the reading.
    pub seq: i64,
    /// When it was measured.
    pub observed_at: jiff::Timestamp,
}

impl FleetDir {
    /// Creates a directory with a key.
    pub fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        std::fs::write(folder.path().join("key"), format!("{KEY}\n")).expect("write the key");
        Self { folder }
    }

    /// Returns the path of the directory.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Starts a fleet with these arguments.
    pub fn start(&self, api: &str, more: &[&str]) -> Fleet {
        #[expect(
            clippy::disallowed_methods,
            reason = "the test watches the process itself: its signals, exit and output"
        )]
        let mut command = Command::new(env!("CARGO_BIN_EXE_seasense-fleet"));
        let (key, ack_log) = (self.folder.path().join("key"), self.folder.path().join("ack-log"));
        let paths = [("--key-file", key.as_path()), ("--ack-log", ack_log.as_path())];
        for (name, value) in paths {
            command.arg(name).arg(value);
        }
        let child =
            command.env_clear().args(["--api", api]).args(more).stdin(Stdio::null()).stderr(Stdio::piped());
        Fleet::new(child.spawn().expect("run the fleet"))
    }

    /// Returns every acknowledged reading; an incomplete last line does not count.
    pub fn acknowledged(&self) -> Vec<Acknowledged> {
        let mut entries = Vec::new();
        for file in self.folder.path().join("ack-log").read_dir().expect("the acknowledgement log") {
            let file = file.expect("a file");
            if !file.file_name().to_string_lossy().starts_with("acknowledged-") {
                continue;
            }
            let text = std::fs::read_to_string(file.path()).expect("read the acknowledgement log");
            let complete = text.rfind('\n').map_or("", |end| &text[..end]);
            entries
                .extend(complete.lines().map(|line| serde_json::from_str::<Acknowledged>(line).expect(line)));
        }
        entries
    }
}

impl FleetDir {
    /// Replaces the enrolment key.
    pub fn replace_key(&self, key: &str) {
        std::fs::write(self.folder.path().join("key"), key).expect("write the key");
    }

    /// Returns the lines of the file with the refused readings of the first start.
    pub fn refused(&self) -> Vec<serde_json::Value> {
        let file = self.folder.path().join("ack-log/refused-000001.ndjson");
        let text = std::fs::read_to_string(file).expect("the refused readings");
        text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
    }
}

/// A running fleet, killed when dropped.
pub struct Fleet {
    child: Child,
    events: mpsc::Receiver<serde_json::Value>,
    reader: Option<JoinHandle<()>>,
}

impl Fleet {
    fn new(mut child: Child) -> Self {
        let log = BufReader::new(child.stderr.take().expect("its log"));
        let (sender, events) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                let event =
                    serde_json::from_str(&line).unwrap_or_else(|_| serde_json::json!({ "message": line }));
                if sender.send(event).is_err() {
                    return;
                }
            }
        });
        Self { child, events, reader: Some(reader) }
    }

    /// Waits for a log event whose message contains this text.
    pub fn wait_for(&self, text: &str) -> serde_json::Value {
        let end = Instant::now() + EVENT_TIME;
        loop {
            let remaining = end.saturating_duration_since(Instant::now());
            let event =
                self.events.recv_timeout(remaining).unwrap_or_else(|_| panic!("never logged: {text}"));
            if event["message"].as_str().is_some_and(|message| message.contains(text)) {
                return event;
            }
        }
    }

    /// Sends SIGTERM and waits for the exit.
    pub fn stop(mut self) -> ExitStatus {
        kill_process(Pid::from_child(&self.child), Signal::TERM).expect("send SIGTERM");
        let status = self.wait();
        // The test harness shows these lines if the test fails.
        self.events.try_iter().for_each(|event| println!("{event}"));
        status
    }

    /// Kills it without a shutdown.
    pub fn kill(mut self) {
        self.child.kill().expect("kill it");
        self.wait();
    }

    /// Waits for the exit.
    pub fn wait(&mut self) -> ExitStatus {
        let status = self.child.wait().expect("wait for the end");
        if let Some(reader) = self.reader.take() {
            reader.join().expect("its log");
        }
        status
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a reading without its sequence number.
pub fn content(reading: &Reading) -> Reading {
    Reading { seq: 0, ..reading.clone() }
}
