//! The lines of a history. Each contains the hash of the previous one, so that a changed, moved or removed line
//! is detected. Pure.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Outcome, Record, Signature, VERSION};
use crate::{base::digest::Digest, config::EnvName};

/// The previous hash in the first record.
const NO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// The value of `signature` in a line without one.
const UNSIGNED: &str = "unsigned";

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The signed part.
    pub record: Record,
    /// The bytes that were signed.
    pub payload: String,
    /// The armoured signature; `None` if it is unsigned.
    pub signature: Option<String>,
    /// The result of checking the signature; `None` until it is checked.
    pub checked: Option<Signature>,
    hash: String,
}

/// The fault of a history with the records of two branches.
const FORKED: &str = "two branches have records of their own";

/// The reason why a history cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// The fault of the line.
    pub reason: String,
}

impl Fault {
    /// Whether two branches have records of their own.
    pub fn is_merge(&self) -> bool {
        self.reason == FORKED
    }
}

/// The history of one environment, oldest record first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// Its lines.
    pub lines: Vec<Line>,
}

impl History {
    /// Parses `text` up to the first line that breaks the chain. Returns that fault, if there is one.
    ///
    /// A record of another environment breaks the chain, so that histories cannot be exchanged.
    pub fn parse(environment: &EnvName, text: &str) -> (Self, Option<Fault>) {
        let mut history = Self::default();
        for (number, text) in (1..).zip(text.lines()) {
            match Line::parse(text).and_then(|line| history.check_next(environment, line)) {
                Ok(line) => history.lines.push(line),
                Err(reason) => return (history, Some(Fault { line: number, reason })),
            }
        }
        (history, None)
    }

    fn check_next(&self, environment: &EnvName, line: Line) -> Result<Line, String> {
        if line.record.previous_hash != self.tip() {
            let own = &line.record.previous_hash;
            // A line that follows an earlier one was appended on another branch.
            let follows = own == NO_HASH || self.lines.iter().any(|earlier| earlier.hash == *own);
            let repeated = self.lines.iter().any(|earlier| earlier.hash == line.hash);
            return Err(if follows && !repeated && !self.lines.is_empty() {
                FORKED.to_owned()
            } else {
                "it does not follow the previous line: a line was changed, moved or removed".to_owned()
            });
        }
        if line.record.environment != *environment {
            return Err(format!("it is a record of `{}`", line.record.environment));
        }
        Ok(line)
    }

    /// Returns the hash that the next record must contain.
    pub fn tip(&self) -> String {
        self.lines.last().map_or_else(|| NO_HASH.to_owned(), |line| line.hash.clone())
    }

    /// Returns `record` with the previous hash set, and the bytes to sign.
    pub fn next(&self, record: Record) -> Result<(Record, String), serde_json::Error> {
        let record = Record { previous_hash: self.tip(), ..record };
        let payload = serde_json::to_string(&record)?;
        Ok((record, payload))
    }

    /// Appends the record that [`History::next`] returned, with its signature.
    pub fn push(&mut self, record: Record, payload: String, signature: Option<String>) {
        let hash = hash(&payload, signature.as_deref());
        self.lines.push(Line { record, payload, signature, checked: None, hash });
    }

    /// Returns the text of the file.
    pub fn to_text(&self) -> String {
        let line = |line: &Line| {
            let signature = line.signature.as_deref().unwrap_or(UNSIGNED);
            format!("{{\"record\":{},\"signature\":{}}}\n", line.payload, json!(signature))
        };
        self.lines.iter().map(line).collect()
    }

    /// Returns the newest record.
    pub fn last(&self) -> Option<&Record> {
        self.lines.last().map(|line| &line.record)
    }

    /// Returns the last verified record whose digest is not `digest`.
    pub fn verified_before(&self, digest: &Digest) -> Option<&Record> {
        self.verified().find(|record| record.digest != *digest)
    }

    /// Returns the records with the outcome `Verified`, newest first.
    pub fn verified(&self) -> impl Iterator<Item = &Record> {
        let records = self.lines.iter().rev().map(|line| &line.record);
        records.filter(|record| record.outcome == Outcome::Verified)
    }

    /// Returns the fault of two histories that each have records of their own; `None` if one continues the other.
    pub fn diverges_from(&self, other: &Self) -> Option<Fault> {
        let differs = |(own, other): (&Line, &Line)| own.hash != other.hash;
        let at = self.lines.iter().zip(&other.lines).position(differs)?;
        Some(Fault { line: at + 1, reason: FORKED.to_owned() })
    }

    /// Returns the first line whose signature was checked and is bad.
    pub fn bad_signature(&self) -> Option<Fault> {
        (1..).zip(&self.lines).find_map(|(number, line)| match &line.checked {
            Some(Signature::Bad(why)) => {
                Some(Fault { line: number, reason: format!("its signature is bad: {why}") })
            }
            _ => None,
        })
    }
}

impl Line {
    fn parse(text: &str) -> Result<Self, String> {
        if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| text.starts_with(mark)) {
            return Err(FORKED.to_owned());
        }
        let value: Value =
            serde_json::from_str(text).map_err(|error| format!("it is not a record: {error}"))?;
        let fields = value.as_object().filter(|fields| fields.len() == 2);
        let parts =
            fields.and_then(|fields| Some((fields.get("record")?, fields.get("signature")?.as_str()?)));
        let (record, signature) =
            parts.ok_or("it is not a record: it must contain exactly `record` and `signature`")?;
        let payload = record.to_string();
        let record: Record =
            serde_json::from_value(record.clone()).map_err(|error| format!("it is not a record: {error}"))?;
        if record.version != VERSION {
            return Err(format!("its version is {}, this seasense reads {VERSION}", record.version));
        }
        let signature = (signature != UNSIGNED).then(|| signature.to_owned());
        let hash = hash(&payload, signature.as_deref());
        Ok(Self { record, payload, signature, checked: None, hash })
    }
}

fn hash(payload: &str, signature: Option<&str>) -> String {
    let mut hasher = Sha256::new();
    hasher.update(payload);
    hasher.update([0]);
    hasher.update(signature.unwrap_or(UNSIGNED));
    hex::encode(hasher.finalize())
}

#[cfg(test)]
#[path = "chain_tests.rs"]
pub(crate) mod tests;
