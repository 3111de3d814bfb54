//! A `seasense dev --watch` that runs beside the tests, and what it has said so far.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::world::TestEnv;

/// Compiling everything for the first time on a busy machine takes minutes.
const LIMIT: Duration = Duration::from_mins(10);

pub struct Watch {
    child: Child,
    events: Arc<Mutex<Vec<Value>>>,
    /// How many events are of earlier changes.
    read: usize,
}

impl Watch {
    /// Starts it and waits until it watches and has compiled ahead.
    pub fn start(world: &TestEnv) -> Self {
        let mut child = world
            .cli(&["dev", "--watch", "--output", "jsonl"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let events = Arc::new(Mutex::new(Vec::new()));
        let (pipe, heard) = (child.stderr.take().unwrap(), Arc::clone(&events));
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                eprintln!("watch: {line}");
                heard.lock().unwrap().push(serde_json::from_str(&line).unwrap_or(Value::String(line)));
            }
        });
        let mut watch = Self { child, events, read: 0 };
        watch.until("it has compiled ahead", |event| ended(event, "watch.warm"));
        watch
    }

    /// The next event of which `wanted` is true.
    pub fn until(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
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
        panic!("within {LIMIT:?}: {what}")
    }

    /// What is said of the next change that ends well.
    pub fn applied(&mut self) -> String {
        let event = self
            .until("a change is applied", |event| ended(event, "watch.change") && event["outcome"] == "done");
        event["detail"].as_str().unwrap().to_owned()
    }

    /// The next failure that is shown.
    pub fn failure(&mut self) -> Value {
        self.until("a failure is shown", |event| event["event"] == "failure")
    }

    /// Presses Ctrl-C and gives the exit code.
    pub fn end(mut self) -> Option<i32> {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        let begun = Instant::now();
        let status = self.child.wait().unwrap();
        assert!(begun.elapsed() < Duration::from_secs(10), "Ctrl-C took {:?} to act", begun.elapsed());
        status.code()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // A test that failed must not leave it holding the environment.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ended(event: &Value, step: &str) -> bool {
    event["event"] == "finished" && event["step"] == step
}
