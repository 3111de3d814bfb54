//! What to do with each reading of a batch, before and after the database has spoken. Pure.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use seasense::apps::shared::wire::{Answer, Batch, Outcome, Reading, Status};

use super::{content, validate};

/// The reason for a reading whose number belongs to another one.
pub const CONFLICT: &str =
    "conflicts with another reading of the same buoy, boot_id and seq; kept for inspection";

/// A reading that can be true, with its fingerprint.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The reading.
    pub reading: Reading,
    /// Fingerprint of its content.
    pub content: [u8; 32],
}

/// What is known about a reading before it is stored.
#[derive(Debug, Clone)]
enum Verdict {
    /// Try to store it.
    Store(Candidate),
    /// The batch holds it already, at this place, with the same content.
    Repeats(usize),
    /// The batch holds another reading with this number.
    Conflicts(Candidate),
    /// It cannot be true.
    Flawed(i64, validate::Flaw),
}

/// A batch, sorted out.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The buoy's start that all readings belong to.
    pub boot_id: i64,
    verdicts: Vec<Verdict>,
}

/// What the database did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stored {
    /// Numbers of the readings that are new.
    pub new: HashSet<i64>,
    /// Numbers that another reading had before.
    pub conflicting: HashSet<i64>,
}

impl Plan {
    /// Sorts out a batch at this moment.
    pub fn new(batch: Batch, now: Timestamp) -> Self {
        let mut first: HashMap<i64, (usize, [u8; 32])> = HashMap::with_capacity(batch.readings.len());
        let mut verdicts = Vec::with_capacity(batch.readings.len());
        for (place, reading) in batch.readings.into_iter().enumerate() {
            verdicts.push(match validate::check(&reading, now) {
                Err(flaw) => Verdict::Flawed(reading.seq, flaw),
                Ok(()) => {
                    let content = content::fingerprint(&reading);
                    let earlier = *first.entry(reading.seq).or_insert((place, content));
                    let candidate = Candidate { reading, content };
                    match earlier {
                        (same, _) if same == place => Verdict::Store(candidate),
                        (earlier, known) if known == content => Verdict::Repeats(earlier),
                        _ => Verdict::Conflicts(candidate),
                    }
                }
            });
        }
        Self { boot_id: batch.boot_id, verdicts }
    }

    /// The readings to store, each number once.
    pub fn to_store(&self) -> impl Iterator<Item = &Candidate> {
        self.verdicts.iter().filter_map(|verdict| match verdict {
            Verdict::Store(candidate) => Some(candidate),
            _ => None,
        })
    }

    /// The readings that go into quarantine, given the numbers that turned out to be taken.
    pub fn to_quarantine(&self, conflicting: &HashSet<i64>) -> Vec<&Candidate> {
        self.verdicts
            .iter()
            .filter_map(|verdict| match verdict {
                Verdict::Store(candidate) => {
                    conflicting.contains(&candidate.reading.seq).then_some(candidate)
                }
                Verdict::Conflicts(candidate) => Some(candidate),
                Verdict::Repeats(_) | Verdict::Flawed(..) => None,
            })
            .collect()
    }

    /// The answer, in the order of the batch.
    pub fn answer(&self, stored: &Stored) -> Answer {
        Answer::new(self.verdicts.iter().map(|verdict| self.outcome(verdict, stored)).collect())
    }

    fn outcome(&self, verdict: &Verdict, stored: &Stored) -> Outcome {
        let (seq, status, reason) = match verdict {
            Verdict::Flawed(seq, flaw) => (*seq, Status::Rejected, Some(flaw.to_string())),
            Verdict::Conflicts(candidate) => {
                (candidate.reading.seq, Status::Rejected, Some(CONFLICT.to_owned()))
            }
            Verdict::Store(candidate) => {
                let seq = candidate.reading.seq;
                if stored.new.contains(&seq) {
                    (seq, Status::Accepted, None)
                } else if stored.conflicting.contains(&seq) {
                    (seq, Status::Rejected, Some(CONFLICT.to_owned()))
                } else {
                    (seq, Status::Duplicate, None)
                }
            }
            Verdict::Repeats(earlier) => {
                let first = self.outcome(&self.verdicts[*earlier], stored);
                match first.status {
                    Status::Accepted => (first.seq, Status::Duplicate, None),
                    status => (first.seq, status, first.reason),
                }
            }
        };
        Outcome { seq, status, reason }
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
