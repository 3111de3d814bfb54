//! Parses a batch. A reading that cannot be read is refused alone. Pure.

use axum::http::StatusCode;
use seasense::apps::shared::wire::{Batch, Reading};
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;
use serde_json::{Value, from_slice, from_str};

use super::refused::Refused;
use super::tokens;
use crate::extract::{Fault, shortened};
use crate::problem::Problem;

/// The byte-order mark that some programs write in front of UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// A batch as it was received.
#[derive(Debug, PartialEq)]
pub struct Received {
    /// Id of the buoy.
    pub buoy: String,
    /// Number of the buoy's start.
    pub boot_id: i64,
    /// The readings in the order of the batch.
    pub readings: Vec<Result<Reading, Refused>>,
}

/// A batch whose readings are not parsed yet.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    buoy: String,
    boot_id: i64,
    #[serde(borrow)]
    readings: Vec<&'a RawValue>,
}

impl From<Batch> for Received {
    fn from(batch: Batch) -> Self {
        let readings = batch.readings.into_iter().map(Ok).collect();
        Self { buoy: batch.buoy, boot_id: batch.boot_id, readings }
    }
}

/// Parses the JSON of a batch.
pub fn batch(body: &[u8]) -> Result<Received, Problem> {
    let body = body.strip_prefix(MARK).unwrap_or(body);
    // Nearly every batch is free of faults, and this is twice as fast as one reading after the other.
    if let Ok(batch) = from_slice::<Batch>(body) {
        return Ok(batch.into());
    }
    let text = String::from_utf8_lossy(body);
    envelope(&text).or_else(|_| envelope(&tokens::quoted(&text)))
}

fn envelope(text: &str) -> Result<Received, Problem> {
    let mut json = serde_json::Deserializer::from_str(text);
    let envelope: Envelope<'_> =
        serde_path_to_error::deserialize(&mut json).map_err(|error| problem(&error))?;
    json.end().map_err(|error| not_json(&error))?;
    let readings = envelope.readings.into_iter().map(|raw| reading(raw.get())).collect();
    Ok(Received { buoy: envelope.buoy, boot_id: envelope.boot_id, readings })
}

fn problem(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    if matches!(error.inner().classify(), Category::Syntax | Category::Eof | Category::Io) {
        return not_json(error.inner());
    }
    let (field, fault) = explain(error);
    Problem::invalid_batch(field.as_deref().unwrap_or("batch"), fault)
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "not-json", format!("the body is not JSON: {error}"))
}

/// Parses one reading.
fn reading(json: &str) -> Result<Reading, Refused> {
    from_str(json).map_err(|error: serde_json::Error| {
        let mut again = serde_json::Deserializer::from_str(json);
        let (field, fault) = match serde_path_to_error::deserialize::<_, Reading>(&mut again) {
            Err(error) => explain(&error),
            Ok(_) => (None, without_place(&error.to_string())),
        };
        Refused::unreadable(from_str::<Value>(json).ok(), field, &fault)
    })
}

/// Returns the field of an error, if it is one, and the fault.
fn explain(error: &serde_path_to_error::Error<serde_json::Error>) -> (Option<String>, String) {
    let message = without_place(&error.inner().to_string());
    let path = Some(error.path().to_string()).filter(|path| path != ".").map(|path| shortened(&path));
    match Fault::of(&message) {
        // The path of these faults is the map, or already the field.
        Some((fault, name)) => {
            let name = shortened(name);
            let field = match path {
                Some(path) if path == name || path.ends_with(&format!(".{name}")) => path,
                Some(path) => format!("{path}.{name}"),
                None => name,
            };
            (Some(field), fault.in_batch().to_owned())
        }
        None => (path, message),
    }
}

/// Removes the line and column, which count from the beginning of the reading.
fn without_place(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(message, _)| message).to_owned()
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
