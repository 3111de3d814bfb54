//! Compares the readings that the API acknowledged with the readings that it returns.

use std::{collections::BTreeMap, path::Path};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::{
    base::failure::{Context, Failure, Kind, Result},
    workloads::PublicEndpoint,
};

/// A reading that the API has acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Entry {
    /// Id of the buoy.
    pub buoy: String,
    /// The boot of the buoy that sent it.
    pub boot_id: i64,
    /// Its sequence number within the boot.
    pub seq: i64,
    /// When it was observed.
    pub observed_at: Timestamp,
}

/// Identifies a reading.
type Key = (String, i64, i64);

impl Entry {
    fn key(&self) -> Key {
        (self.buoy.clone(), self.boot_id, self.seq)
    }
}

/// Reads the acknowledgements in `folder` of readings that were observed at or after `since`, without
/// duplicates.
///
/// A last line without a line end is still being written and is ignored.
pub fn acknowledged(folder: &Path, since: Timestamp) -> Result<Vec<Entry>> {
    let what = || format!("read the acknowledgements in `{}`", folder.display());
    let mut entries = BTreeMap::new();
    for found in std::fs::read_dir(folder).with_context(Kind::Workload, what)? {
        let path = found.with_context(Kind::Workload, what)?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            let text = std::fs::read_to_string(&path).with_context(Kind::Workload, what)?;
            let new = parse(&text).with_context(Kind::Workload, what)?;
            entries.extend(new.into_iter().map(|entry| (entry.key(), entry)));
        }
    }
    Ok(entries.into_values().filter(|entry| entry.observed_at >= since).collect())
}

fn parse(text: &str) -> serde_json::Result<Vec<Entry>> {
    let complete = text.rfind('\n').map_or("", |end| &text[..end]);
    complete.lines().map(serde_json::from_str).collect()
}

/// How many acknowledged readings are stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Acknowledged readings.
    pub sent: u64,
    /// Those that the API returns.
    pub stored: u64,
    /// The time that shows how fresh those are: of each the earlier one of its observation and its arrival, of all the
    /// newest. The clock of a buoy may be ahead, which must not hide that nothing arrives.
    pub newest: Option<Timestamp>,
}

impl Delivery {
    /// Counts the entries that were returned, with the times of their arrival.
    fn add(&mut self, entries: Vec<&Entry>, arrivals: &BTreeMap<Key, Option<Timestamp>>) {
        for entry in entries {
            if let Some(arrived) = arrivals.get(&entry.key()) {
                self.stored += 1;
                let time = arrived.map_or(entry.observed_at, |arrived| arrived.min(entry.observed_at));
                self.newest = self.newest.max(Some(time));
            }
        }
    }
}

/// Queries the API for `entries` and counts those that it returns.
pub async fn stored(public: &PublicEndpoint, entries: &[Entry]) -> Result<Delivery> {
    let mut by_buoy: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        by_buoy.entry(&entry.buoy).or_default().push(entry);
    }
    let mut result = Delivery { sent: entries.len() as u64, ..Delivery::default() };
    for (buoy, entries) in by_buoy {
        let times = entries.iter().map(|entry| entry.observed_at);
        let (Some(first), Some(last)) = (times.clone().min(), times.max()) else { continue };
        let after = last.saturating_add(SignedDuration::from_secs(1)).unwrap_or(last);
        let path = format!("/api/v1/observations.csv?buoy={buoy}&from={first}&to={after}");
        let (code, table) = public.get(&path).await?;
        if code != 200 {
            return Err(Failure::new(Kind::Workload, "the API does not return acknowledged readings")
                .because(format!("GET {path} answered {code}")));
        }
        result.add(entries, &arrivals(&table));
    }
    Ok(result)
}

/// Parses the readings of a CSV table by the columns `buoy`, `boot_id` and `seq`, and the time of their arrival by
/// `received_at`. No field before them is quoted.
fn arrivals(table: &str) -> BTreeMap<Key, Option<Timestamp>> {
    let mut lines = table.lines();
    let columns: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let at = |name: &str| columns.iter().position(|column| *column == name);
    let (Some(buoy), Some(boot), Some(seq)) = (at("buoy"), at("boot_id"), at("seq")) else {
        return BTreeMap::new();
    };
    let received = at("received_at");
    let key = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |at: usize| fields.get(at)?.parse().ok();
        let arrived = received.and_then(|at| fields.get(at)?.parse().ok());
        Some((((*fields.get(buoy)?).to_owned(), number(boot)?, number(seq)?), arrived))
    };
    lines.filter_map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(boot_id: i64, seq: i64, at: &str) -> String {
        format!(r#"{{"buoy":"buoy-001","boot_id":{boot_id},"seq":{seq},"observed_at":"{at}"}}"#) + "\n"
    }

    #[test]
    fn old_entries_and_an_incomplete_last_line_are_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
        write(
            "acknowledged-000001.jsonl",
            line(1, 1, "2026-01-01T00:00:00Z") + &line(1, 2, "2026-01-01T00:00:09Z"),
        );
        write("acknowledged-000002.jsonl", line(2, 1, "2026-01-01T00:00:10Z").repeat(2) + "{\"buoy\":\"bu");
        write("notes.txt", "other text".into());
        let since = "2026-01-01T00:00:05Z".parse().unwrap();
        let found = acknowledged(folder.path(), since).unwrap();
        assert_eq!(
            found.iter().map(|entry| (entry.boot_id, entry.seq)).collect::<Vec<_>>(),
            [(1, 2), (2, 1)]
        );
        assert!(acknowledged(&folder.path().join("none"), since).is_err());
    }

    #[test]
    fn a_table_is_parsed_by_column_names() {
        let table = "buoy,observed_at,received_at,latitude,longitude,depth_cm,boot_id,seq,sea_water_temperature\n\
            buoy-001,2026-01-01T00:00:00Z,2026-01-01T00:00:01Z,48.3,-4.8,50,7,17,12.5\nbroken\n";
        let arrived = "2026-01-01T00:00:01Z".parse().ok();
        assert_eq!(arrivals(table), BTreeMap::from([(("buoy-001".to_owned(), 7, 17), arrived)]));
        assert!(arrivals("").is_empty() && arrivals("<html>").is_empty());
    }

    #[test]
    fn clock_that_is_ahead_does_not_make_a_delivery_fresh() {
        let entry = |seq, at: &str| Entry {
            buoy: "buoy-001".into(),
            boot_id: 1,
            seq,
            observed_at: at.parse().unwrap(),
        };
        let (ahead, lost) = (entry(1, "2026-01-01T00:05:00Z"), entry(2, "2026-01-01T00:00:30Z"));
        let mut delivery = Delivery::default();
        let arrived = "2026-01-01T00:00:01Z".parse().ok();
        delivery.add(vec![&ahead, &lost], &BTreeMap::from([(ahead.key(), arrived)]));
        assert_eq!((delivery.stored, delivery.newest), (1, arrived));
        let late = entry(3, "2026-01-01T00:00:20Z");
        delivery.add(vec![&late], &BTreeMap::from([(late.key(), "2026-01-01T00:09:00Z".parse().ok())]));
        assert_eq!(delivery.newest, Some(late.observed_at), "a backlog is as old as its measurement");
    }
}
