//! Writes the acknowledgement log: many entries, one flush to the disk.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::thread::JoinHandle;

use tokio::sync::mpsc;

use super::{Entry, History, file};

/// Lines that are written before one flush.
const GROUP: usize = 4096;

/// Where acknowledged readings are noted.
pub trait Record: Clone + Send + Sync + 'static {
    /// Notes them; they are on disk soon after.
    fn record(&self, entries: Vec<Entry>);
}

/// The sending end of the acknowledgement log; the file closes when the last clone is gone.
#[derive(Debug, Clone)]
pub struct AckLog {
    entries: mpsc::UnboundedSender<Vec<Entry>>,
}

impl Record for AckLog {
    fn record(&self, entries: Vec<Entry>) {
        if self.entries.send(entries).is_err() {
            tracing::error!("the acknowledgement log cannot be written any more");
        }
    }
}

impl AckLog {
    /// Opens a new file after those of `history`; answers the acknowledgement log, its `boot_id`, and the thread that writes it.
    pub fn open(directory: &Path, history: &History) -> io::Result<(Self, i64, JoinHandle<io::Result<()>>)> {
        let boot_id = history.last_boot_id + 1;
        let output =
            OpenOptions::new().append(true).create_new(true).mode(0o600).open(file(directory, boot_id))?;
        // The new name must survive a crash too, or the number could be given out again.
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
    fn each_start_has_a_number_of_its_own_and_knows_what_was_acknowledged() {
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
    fn a_start_that_ended_while_writing_does_not_hinder_the_next() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            file(folder.path(), 7),
            serde_json::to_string(&entry(7, 1)).unwrap() + "\n{\"buoy\":\"bu",
        )
        .unwrap();
        let history = History::read(folder.path()).unwrap();
        assert_eq!((history.last_boot_id, history.newest["buoy-001"]), (7, entry(7, 1).observed_at));
    }

    #[test]
    fn two_fleets_cannot_share_a_number() {
        let folder = tempfile::tempdir().unwrap();
        let history = History::default();
        let _first = AckLog::open(folder.path(), &history).unwrap();
        assert_eq!(AckLog::open(folder.path(), &history).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }
}
