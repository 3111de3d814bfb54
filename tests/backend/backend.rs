//! The backend as a child process.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::database::Database;

/// The key that all tests derive tokens from.
pub const KEY: &str = "5ea5e45e5ea5e45e5ea5e45e5ea5e45e5ea5e45e5ea5e45e5ea5e45e5ea5e45e";

/// Returns the command of the backend in a clean environment.
fn command(database: (&str, &str)) -> Command {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test watches the process itself: its signals, exit and output"
    )]
    let mut command = Command::new(env!("CARGO_BIN_EXE_seasense-backend"));
    command.env_clear().env(database.0, database.1).stdin(Stdio::null()).stderr(Stdio::piped());
    command
}

/// The outcome of `migrate`.
pub struct Migrated {
    /// Its exit status.
    pub status: ExitStatus,
    /// Its log.
    pub log: String,
}

/// Runs `migrate` with this number of buoys.
pub fn migrate(database: &Database, buoys: u32) -> Migrated {
    migrate_with(("DATABASE_URL", &database.url()), buoys)
}

/// Runs `migrate` with this setting for the database.
pub fn migrate_with(database: (&str, &str), buoys: u32) -> Migrated {
    let folder = TempDir::new().expect("a folder for the key");
    let key: PathBuf = folder.path().join("key");
    std::fs::write(&key, KEY).expect("write the key");
    let output = command(database)
        .args(["migrate", "--wait", "20", "--buoys", &buoys.to_string(), "--enrolment-key-file"])
        .arg(key)
        .output()
        .expect("run migrate");
    Migrated { status: output.status, log: String::from_utf8_lossy(&output.stderr).into_owned() }
}

/// A serving backend, killed when dropped.
pub struct Backend {
    child: Child,
    /// Address of the API, `http://127.0.0.1:...`.
    pub api: String,
    /// Address of the metrics.
    pub metrics: String,
}

impl Backend {
    /// Migrates, enrols three buoys, and serves.
    pub fn start(database: &Database) -> Self {
        let migrated = migrate(database, 3);
        assert!(migrated.status.success(), "{}", migrated.log);
        Self::serve(database)
    }

    /// Serves on free ports.
    pub fn serve(database: &Database) -> Self {
        Self::serve_with(("DATABASE_URL", &database.url()))
    }

    /// Serves on free ports, with this setting for the database.
    pub fn serve_with(database: (&str, &str)) -> Self {
        let mut child = command(database)
            .envs([("LISTEN", "127.0.0.1:0"), ("METRICS_LISTEN", "127.0.0.1:0"), ("DRAIN_SECONDS", "0")])
            .spawn()
            .expect("run serve");
        let mut log = BufReader::new(child.stderr.take().expect("its log"));
        let mut line = String::new();
        log.read_line(&mut line).expect("read its log");
        let event: serde_json::Value =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("no event: {line}"));
        let address =
            |name: &str| format!("http://{}", event[name].as_str().unwrap_or_else(|| panic!("{event}")));
        // A full pipe would block the process, so a thread keeps reading.
        std::thread::spawn(move || log.read_to_end(&mut Vec::new()));
        Self { child, api: address("api"), metrics: address("metrics") }
    }

    /// Sends SIGTERM and waits for the exit.
    pub fn stop(mut self) -> ExitStatus {
        let id = Pid::from_child(&self.child);
        kill_process(id, Signal::TERM).expect("send SIGTERM");
        self.child.wait().expect("wait for the exit")
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
