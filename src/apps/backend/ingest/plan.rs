//! What to do with each reading of a batch, before and after the database has spoken. Pure.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use seasense::apps::shared::wire::{Answer, Batch, Outcome, Reading, Status};

use super::content::{self, Fingerprint};
use super::validate;

/// The reason for a reading whose number belongs to another one.
pub const CONFLICT: &str =
    "conflicts with another reading of the same buoy, boot_id and seq; kept for inspection";

/// A reading that can be true.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The reading.
    pub reading: Reading,
    /// Fingerprint of its content.
    pub content: Fingerprint,
}

/// A batch, sorted out.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The buoy's start that all readings belong to.
    pub boot_id: i64,
    /// The readings in the order of the batch; a number and a flaw for those that cannot be true.
    readings: Vec<Result<Candidate, (i64, validate::Flaw)>>,
    /// Where each number appears first.
    first: HashMap<i64, usize>,
}

/// What the database did with the first reading of each number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stored {
    /// Numbers that were free: the reading is stored now.
    pub new: HashSet<i64>,
    /// Numbers that were taken, with the content that is stored.
    pub known: HashMap<i64, Fingerprint>,
}

impl Plan {
    /// Sorts out a batch at this moment.
    pub fn new(batch: Batch, now: Timestamp) -> Self {
        let sorted = |reading: Reading| match validate::check(&reading, now) {
            Ok(()) => Ok(Candidate { content: content::fingerprint(&reading), reading }),
            Err(flaw) => Err((reading.seq, flaw)),
        };
        let readings: Vec<_> = batch.readings.into_iter().map(sorted).collect();
        let mut first = HashMap::with_capacity(readings.len());
        for (place, reading) in readings.iter().enumerate() {
            if let Ok(candidate) = reading {
                first.entry(candidate.reading.seq).or_insert(place);
            }
        }
        Self { boot_id: batch.boot_id, readings, first }
    }

    /// The readings to store, each number once.
    pub fn to_store(&self) -> impl Iterator<Item = &Candidate> {
        let is_first =
            |(place, candidate): &(usize, &Candidate)| self.first.get(&candidate.reading.seq) == Some(place);
        self.candidates().filter(is_first).map(|(_, candidate)| candidate)
    }

    /// The readings under a number that belongs to another one.
    pub fn to_quarantine<'a>(&'a self, stored: &'a Stored) -> impl Iterator<Item = &'a Candidate> {
        let conflicts = |(place, candidate): &(usize, &Candidate)| {
            self.fate(*place, candidate, stored) == Status::Rejected
        };
        self.candidates().filter(conflicts).map(|(_, candidate)| candidate)
    }

    /// The answer, in the order of the batch.
    pub fn answer(&self, stored: &Stored) -> Answer {
        let outcome = |(place, reading): (usize, &Result<Candidate, (i64, validate::Flaw)>)| match reading {
            Err((seq, flaw)) => {
                Outcome { seq: *seq, status: Status::Rejected, reason: Some(flaw.to_string()) }
            }
            Ok(candidate) => {
                let status = self.fate(place, candidate, stored);
                let reason = (status == Status::Rejected).then(|| CONFLICT.to_owned());
                Outcome { seq: candidate.reading.seq, status, reason }
            }
        };
        Answer::new(self.readings.iter().enumerate().map(outcome).collect())
    }

    fn candidates(&self) -> impl Iterator<Item = (usize, &Candidate)> {
        self.readings.iter().enumerate().filter_map(|(place, reading)| Some((place, reading.as_ref().ok()?)))
    }

    /// A reading counts as stored exactly if what is stored under its number has its content.
    fn fate(&self, place: usize, candidate: &Candidate, stored: &Stored) -> Status {
        let seq = candidate.reading.seq;
        let first = self.first.get(&seq).copied();
        let is_new = stored.new.contains(&seq);
        let kept = if is_new {
            first.and_then(|first| self.readings[first].as_ref().ok()).map(|first| &first.content)
        } else {
            stored.known.get(&seq)
        };
        match kept {
            Some(content) if *content != candidate.content => Status::Rejected,
            Some(_) if is_new && first == Some(place) => Status::Accepted,
            Some(_) => Status::Duplicate,
            None => Status::Rejected,
        }
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
