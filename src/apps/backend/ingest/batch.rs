//! Decides what to do with each reading of a batch, before and after the database has responded. Pure.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use seasense::apps::shared::wire::{Answer, Outcome, Reading, Status};

use super::content::{self, Fingerprint};
use super::parse::Received;
use super::refused::{Kept, Refused};
use super::validate;

/// The reason for rejecting a reading whose key another reading has.
pub const CONFLICT: &str =
    "conflicts with another reading of the same buoy, boot_id and seq; kept for inspection";

/// A reading that passed validation.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The reading.
    pub reading: Reading,
    /// Fingerprint of its content.
    pub content: Fingerprint,
}

/// A validated batch.
#[derive(Debug, Clone)]
pub struct CheckedBatch {
    /// The boot of the buoy that all readings belong to.
    pub boot_id: i64,
    /// The readings in the order of the batch.
    readings: Vec<Result<Candidate, Refused>>,
    /// The index of the first valid reading of each sequence number.
    first: HashMap<i64, usize>,
}

/// The result of storing the first reading of each sequence number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stored {
    /// Sequence numbers that were unused: the reading is stored now.
    pub new: HashSet<i64>,
    /// Sequence numbers that were in use, with the stored content.
    pub known: HashMap<i64, Fingerprint>,
}

impl CheckedBatch {
    /// Validates a batch that was received at `now`.
    pub fn new(batch: Received, now: Timestamp) -> Self {
        let check = |reading: Reading| match validate::check(&reading, now) {
            Ok(()) => Ok(Candidate { content: content::fingerprint(&reading), reading }),
            Err(invalid) => Err(Refused::invalid(&reading, &invalid)),
        };
        let readings: Vec<_> = batch.readings.into_iter().map(|reading| reading.and_then(check)).collect();
        let mut first = HashMap::with_capacity(readings.len());
        for (index, reading) in readings.iter().enumerate() {
            if let Ok(candidate) = reading {
                first.entry(candidate.reading.seq).or_insert(index);
            }
        }
        Self { boot_id: batch.boot_id, readings, first }
    }

    /// Returns the readings to store, each sequence number once.
    pub fn to_store(&self) -> impl Iterator<Item = &Candidate> {
        let is_first =
            |(index, candidate): &(usize, &Candidate)| self.first.get(&candidate.reading.seq) == Some(index);
        self.candidates().filter(is_first).map(|(_, candidate)| candidate)
    }

    /// Returns the rejected readings to keep: those whose sequence number belongs to another reading, and those
    /// with an impossible clock.
    pub fn to_quarantine(&self, stored: &Stored) -> serde_json::Result<Vec<Kept>> {
        let conflicts = self
            .candidates()
            .filter(|(index, candidate)| self.status(*index, candidate, stored) == Status::Rejected);
        let copy = |(_, candidate): (usize, &Candidate)| {
            let reading = serde_json::to_string(&candidate.reading)?;
            let (seq, content) = (candidate.reading.seq, candidate.content);
            Ok(Kept { seq, reason: CONFLICT.to_owned(), reading, content })
        };
        let refused = self.readings.iter().filter_map(|reading| reading.as_ref().err()?.kept.clone());
        conflicts.map(copy).chain(refused.map(Ok)).collect()
    }

    /// Returns the answer, in the order of the batch.
    pub fn answer(&self, stored: &Stored) -> Answer {
        let outcome = |(index, reading): (usize, &Result<Candidate, Refused>)| match reading {
            Err(refused) => refused.outcome(index),
            Ok(candidate) => match self.status(index, candidate, stored) {
                Status::Rejected => conflict(index, candidate.reading.seq),
                status => Outcome::stored(index, candidate.reading.seq, status),
            },
        };
        Answer::new(self.readings.iter().enumerate().map(outcome).collect())
    }

    fn candidates(&self) -> impl Iterator<Item = (usize, &Candidate)> {
        self.readings.iter().enumerate().filter_map(|(index, reading)| Some((index, reading.as_ref().ok()?)))
    }

    /// A reading counts as stored if and only if the content stored under its sequence number is its own.
    fn status(&self, index: usize, candidate: &Candidate, stored: &Stored) -> Status {
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
            Some(_) if is_new && first == Some(index) => Status::Accepted,
            Some(_) => Status::Duplicate,
            None => Status::Rejected,
        }
    }
}

/// Returns the outcome of a reading whose sequence number belongs to another reading.
fn conflict(index: usize, seq: i64) -> Outcome {
    let (reason, code) = (Some(CONFLICT.to_owned()), Some("conflict".into()));
    let field = Some("seq".to_owned());
    Outcome { reason, code, field, kept: true, ..Outcome::stored(index, seq, Status::Rejected) }
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
