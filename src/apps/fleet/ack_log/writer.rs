//! Writes the acknowledgement log, with one flush to disk for many entries.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use serde::Serialize;
use tokio::sync::mpsc;

use super::{Entry, History, Refusal, file, refused_file};

/// What the log records.
#[derive(Debug)]
enum Record {
    Acknowledged(Vec<Entry>),
    Refused(Vec<Refusal>),
}

/// Maximum records per flush.
const GROUP: usize = 4096;

/// Records acknowledged readings.
pub trait AckSink: Clone + Send + Sync + 'static {
    /// Queues the entries for writing; returns before they are on disk.
    fn record(&self, entries: Vec<Entry>);

    /// Queues refused readings for writing; returns before they are on disk.
    fn park(&self, refusals: Vec<Refusal>);
}

/// The sending end of the acknowledgement log; the file closes when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct AckLog {
    records: mpsc::UnboundedSender<Record>,
}

impl AckSink for AckLog {
    fn record(&self, entries: Vec<Entry>) {
        self.send(Record::Acknowledged(entries));
    }

    fn park(&self, refusals: Vec<Refusal>) {
        self.send(Record::Refused(refusals));
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
        let (records, received) = mpsc::unbounded_channel();
        let files = Files { acknowledged: output, refused: refused_file(directory, boot_id) };
        let writer =
            std::thread::Builder::new().name("ack-log".to_owned()).spawn(move || files.write(received))?;
        Ok((Self { records }, boot_id, writer))
    }

    fn send(&self, record: Record) {
        if self.records.send(record).is_err() {
            tracing::error!("cannot write the acknowledgement log");
        }
    }
}

/// The files of one start.
struct Files {
    acknowledged: File,
    refused: PathBuf,
}

impl Files {
    fn write(mut self, mut received: mpsc::UnboundedReceiver<Record>) -> io::Result<()> {
        let mut records = Vec::new();
        while received.blocking_recv_many(&mut records, GROUP) > 0 {
            let (mut acknowledged, mut refused) = (Vec::new(), Vec::new());
            for record in records.drain(..) {
                match record {
                    Record::Acknowledged(entries) => add_lines(&mut acknowledged, &entries)?,
                    Record::Refused(refusals) => add_lines(&mut refused, &refusals)?,
                }
            }
            self.acknowledged.write_all(&acknowledged)?;
            self.acknowledged.sync_data()?;
            if !refused.is_empty() {
                let mut options = OpenOptions::new();
                let mut output = options.append(true).create(true).mode(0o600).open(&self.refused)?;
                output.write_all(&refused)?;
                output.sync_data()?;
            }
        }
        Ok(())
    }
}

fn add_lines<T: Serialize>(lines: &mut Vec<u8>, values: &[T]) -> io::Result<()> {
    for value in values {
        serde_json::to_writer(&mut *lines, value)?;
        lines.push(b'\n');
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use seasense::apps::shared::wire::Reading;

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
    fn refused_readings_have_a_file_that_is_no_history() {
        let folder = tempfile::tempdir().unwrap();
        let (ack_log, boot_id, writer) = AckLog::open(folder.path(), &History::default()).unwrap();
        let refused = refused_file(folder.path(), boot_id);
        assert!(!refused.exists());
        let reading = Reading {
            seq: 7,
            observed_at: entry(1, 7).observed_at,
            latitude: 0.0,
            longitude: 0.0,
            depth_cm: 100,
            values: [("sea_water_temperature".to_owned(), 99.0)].into(),
        };
        let refusal = Refusal { buoy: "buoy-001".to_owned(), boot_id, reason: "too hot".to_owned(), reading };
        ack_log.park(vec![refusal]);
        drop(ack_log);
        writer.join().unwrap().unwrap();
        let text = std::fs::read_to_string(refused).unwrap();
        assert!(text.contains("\"seq\":7") && text.contains("99.0") && text.ends_with("}\n"), "{text}");
        assert_eq!(History::read(folder.path()).unwrap().newest, [].into());
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
