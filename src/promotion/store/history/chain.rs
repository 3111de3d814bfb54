//! The lines of a history: each names the hash of the one before, so that none can be changed, moved or left out unseen. Pure.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Outcome, Record, Signature, VERSION};

/// What the first record says of the line before it.
const NONE: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// What stands in place of a signature where there is none.
const UNSIGNED: &str = "unsigned";

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its signed part.
    pub record: Record,
    /// The bytes that were signed.
    pub payload: String,
    /// The armoured signature; `None` where it says that there is none.
    pub signature: Option<String>,
    /// What checking the signature gave; not yet anything right after reading.
    pub checked: Option<Signature>,
    hash: String,
}

/// Why a history cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

/// All that was done to one environment, oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// Its lines.
    pub lines: Vec<Line>,
}

impl History {
    /// Reads `text` as far as the chain holds, and says where it breaks.
    ///
    /// Records of another environment than `environment` break it: no history can be put in another's place.
    pub fn parse(environment: &str, text: &str) -> (Self, Option<Fault>) {
        let mut history = Self::default();
        for (number, text) in (1..).zip(text.lines()) {
            match Line::parse(text).and_then(|line| history.fits(environment, line)) {
                Ok(line) => history.lines.push(line),
                Err(what) => return (history, Some(Fault { line: number, what })),
            }
        }
        (history, None)
    }

    fn fits(&self, environment: &str, line: Line) -> Result<Line, String> {
        if line.record.before != self.tip() {
            return Err(
                "it does not follow the line before it: something was changed, moved or left out".into()
            );
        }
        if line.record.environment != environment {
            return Err(format!("it is a record of `{}`", line.record.environment));
        }
        Ok(line)
    }

    /// The hash that the next record names.
    pub fn tip(&self) -> String {
        self.lines.last().map_or_else(|| NONE.to_owned(), |line| line.hash.clone())
    }

    /// The bytes of `record` that are to be signed; its `before` is set to fit.
    pub fn next(&self, record: Record) -> Result<(Record, String), serde_json::Error> {
        let record = Record { before: self.tip(), ..record };
        let payload = serde_json::to_string(&record)?;
        Ok((record, payload))
    }

    /// Adds the record that [`History::next`] gave, with its signature.
    pub fn push(&mut self, record: Record, payload: String, signature: Option<String>) {
        let hash = hash(&payload, signature.as_deref());
        self.lines.push(Line { record, payload, signature, checked: None, hash });
    }

    /// The file's text.
    pub fn to_text(&self) -> String {
        let line = |line: &Line| {
            let signature = line.signature.as_deref().unwrap_or(UNSIGNED);
            format!("{{\"record\":{},\"signature\":{}}}\n", line.payload, json!(signature))
        };
        self.lines.iter().map(line).collect()
    }

    /// The newest record.
    pub fn last(&self) -> Option<&Record> {
        self.lines.last().map(|line| &line.record)
    }

    /// The digest that was verified last, other than `digest`.
    pub fn verified_before(&self, digest: &str) -> Option<&Record> {
        self.verified().find(|record| record.digest != digest)
    }

    /// The records of digests that were verified, newest first.
    pub fn verified(&self) -> impl Iterator<Item = &Record> {
        let records = self.lines.iter().rev().map(|line| &line.record);
        records.filter(|record| record.outcome == Outcome::Verified)
    }

    /// The first line whose signature was checked and is bad.
    pub fn forged(&self) -> Option<Fault> {
        (1..).zip(&self.lines).find_map(|(number, line)| match &line.checked {
            Some(Signature::Bad(why)) => {
                Some(Fault { line: number, what: format!("its signature is bad: {why}") })
            }
            _ => None,
        })
    }
}

impl Line {
    fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("it is no record: {error}"))?;
        let fields = value.as_object().filter(|fields| fields.len() == 2);
        let parts =
            fields.and_then(|fields| Some((fields.get("record")?, fields.get("signature")?.as_str()?)));
        let (record, signature) =
            parts.ok_or("it is no record: `record` and `signature` are all it may hold")?;
        let payload = record.to_string();
        let record: Record =
            serde_json::from_value(record.clone()).map_err(|error| format!("it is no record: {error}"))?;
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
