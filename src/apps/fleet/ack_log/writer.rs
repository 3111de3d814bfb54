//! Writes the acknowledgement log, with one flush to disk for many entries.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::thread::JoinHandle;

use tokio::sync::mpsc;

use super::{Entry, History, file};

/// Maximum batches of entries per flush.
const GROUP: usize = 4096;

/// Records acknowledged readings.
pub trait AckSink: Clone + Send + Sync + 'static {
    /// Queues the entries for writing; returns before they are on disk.
    fn record(&self, entries: Vec<Entry>);
}

/// The sending end of the acknowledgement log; the file closes when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct AckLog {
    entries: mpsc::UnboundedSender<Vec<Entry>>,
}

impl AckSink for AckLog {
    fn record(&self, entries: Vec<Entry>) {
        if self.entries.send(entries).is_err() {
            tracing::error!("cannot write the acknowledgement log");
        }
    }
}

impl AckLog {
    /// Creates the file after those of `history`; returns the log, its `boot_id`, and the thread that writes
    /// it.
    pub fn open(directory: &Path, history: &History) -> io::Result<(Self, i64, JoinHandle<io::Result<()>>)> {
        let boot_id = history.last_boot_id + 1;
        let output =
            OpenOptions::new().append(true).create_new(true).mode(0o600).open(file(directory, boot_id))?;
        // The directory entry must survive a crash as well, or the number could be used again.
        File::open(directory)?.sync_all()?;
        let (entries, received) = mpsc::unbounded_channel();
        let writer =
            std::thread::Builder::new().name("ack-log".to_owned()).spawn(move || write(output, received))?;
        Ok((Self { entries }, boot_id, writer))
    }
}

fn write(mut output: File, mut received: mpsc::UnboundedReceiver<Vec<Entry>>) -> io::Result<()> {
    let mut groups = Vec::new();
    while received.blocking_recv_many(&mut groups, GROUP) > 0 {
        let mut lines = Vec::new();
        for entry in groups.drain(..).flatten() {
            serde_json::to_writer(&mut lines, &entry)?;
            lines.push(b'\n');
        }
        output.write_all(&lines)?;
        output.sync_data()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(boot_id: i64, seq: i64) -> Entry {
        let observed_at = jiff::Timestamp::from_second(1_780_000_000 + seq).unwrap();
        Entry { buoy: "buoy-001".to_owned(), boot_id, seq, observed_at }
    }

    #[test]
    fn each_start_has_a_new_number_and_the_earlier_history() {
        let folder = tempfile::tempdir().unwrap();
        for expected in 1..4 {
            let history = History::read(folder.path()).unwrap();
            let (ack_log, boot_id, writer) = AckLog::open(folder.path(), &history).unwrap();
            assert_eq!(boot_id, expected);
            assert_eq!(
                history.newest.get("buoy-001").copied(),
                (boot_id > 1).then(|| entry(1, 9).observed_at)
            );
            ack_log.record(vec![entry(boot_id, 9), entry(boot_id, 8)]);
            drop(ack_log);
            writer.join().unwrap().unwrap();
        }
    }

    #[test]
    fn incomplete_last_line_is_ignored_by_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            file(folder.path(), 7),
            serde_json::to_string(&entry(7, 1)).unwrap() + "\n{\"buoy\":\"bu",
        )
        .unwrap();
        let history = History::read(folder.path()).unwrap();
        assert_eq!(history.last_boot_id, 7);
        assert_eq!(history.newest["buoy-001"], entry(7, 1).observed_at);
    }

    #[test]
    fn second_fleet_with_the_same_number_is_rejected() {
        let folder = tempfile::tempdir().unwrap();
        let history = History::default();
        let _first = AckLog::open(folder.path(), &history).unwrap();
        assert_eq!(AckLog::open(folder.path(), &history).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }
}
