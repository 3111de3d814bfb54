//! A `seasense dev --watch` that runs in the background, and its events.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::test_env::TestEnv;

/// The first compilation on a busy machine takes minutes.
const LIMIT: Duration = Duration::from_mins(10);

pub struct Watch {
    child: Child,
    events: Arc<Mutex<Vec<Value>>>,
    /// The number of events that [`Self::wait_for`] has consumed.
    read: usize,
}

impl Watch {
    /// Starts the watch and waits until it has compiled all workloads.
    pub fn start(env: &TestEnv) -> Self {
        let mut child = env
            .cli(&["dev", "--watch", "--output", "jsonl"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let events = Arc::new(Mutex::new(Vec::new()));
        let (pipe, received) = (child.stderr.take().unwrap(), Arc::clone(&events));
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                eprintln!("watch: {line}");
                received.lock().unwrap().push(serde_json::from_str(&line).unwrap_or(Value::String(line)));
            }
        });
        let mut watch = Self { child, events, read: 0 };
        watch.wait_for("the first compilation has ended", |event| is_end_of(event, "watch.warm"));
        watch
    }

    /// Returns the next event for which `wanted` is true.
    pub fn wait_for(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        while begun.elapsed() < LIMIT {
            let events = self.events.lock().unwrap().clone();
            if let Some(found) = events[self.read..].iter().position(&wanted) {
                self.read += found + 1;
                return events[self.read - 1].clone();
            }
            assert!(self.child.try_wait().unwrap().is_none(), "the watch has ended; waited for: {what}");
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("not within {LIMIT:?}: {what}")
    }

    /// Waits for the next change that succeeds and returns its description.
    pub fn applied(&mut self) -> String {
        let event = self.wait_for("a change is applied", |event| {
            is_end_of(event, "watch.change") && event["outcome"] == "done"
        });
        event["detail"].as_str().unwrap().to_owned()
    }

    /// Returns the next failure.
    pub fn failure(&mut self) -> Value {
        self.wait_for("a failure is reported", |event| event["event"] == "failure")
    }

    /// Sends SIGINT and returns the exit code.
    pub fn interrupt(mut self) -> Option<i32> {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        let begun = Instant::now();
        let status = self.child.wait().unwrap();
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "SIGINT ended the watch only after {:?}",
            begun.elapsed()
        );
        status.code()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // After a failed test, the watch must not keep the lock of the environment.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_end_of(event: &Value, step: &str) -> bool {
    event["event"] == "finished" && event["step"] == step
}
