//! What a buoy sends and what the backend answers, as JSON.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Depth of a surface buoy's sensors, centimetres, where a reading names none.
pub const DEFAULT_DEPTH_CM: i32 = 100;

const fn default_depth_cm() -> i32 {
    DEFAULT_DEPTH_CM
}

/// Readings of one buoy since one of its starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Id of the buoy; the bearer token must be its own.
    #[schema(example = "buoy-001")]
    pub buoy: String,
    /// Counts the starts of the buoy, so that sequence numbers may begin again.
    #[schema(minimum = 0, example = 1)]
    pub boot_id: i64,
    /// The readings, at most 1000.
    #[schema(min_items = 1, max_items = 1000)]
    pub readings: Vec<Reading>,
}

/// One reading: everything measured at one place and one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// Number of the reading since the start of the buoy; with buoy and `boot_id` it identifies the reading for ever.
    #[schema(minimum = 0, example = 17)]
    pub seq: i64,
    /// When it was measured, by the buoy's clock; microseconds are kept.
    pub observed_at: Timestamp,
    /// Degrees north.
    #[schema(minimum = -90.0, maximum = 90.0, example = 48.3)]
    pub latitude: f64,
    /// Degrees east.
    #[schema(minimum = -180.0, maximum = 180.0, example = -4.8)]
    pub longitude: f64,
    /// Depth of the sensors below the surface, centimetres.
    #[serde(default = "default_depth_cm")]
    #[schema(minimum = 0, example = 100)]
    pub depth_cm: i32,
    /// Measured values by CF standard name, in the units that `/api/v1/parameters` lists.
    pub values: BTreeMap<String, f64>,
}

/// The answer to a batch: what became of each reading, in the order in which they were sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    /// Readings that are stored now and were not before.
    pub accepted: usize,
    /// Readings that were stored before, with the same content.
    pub duplicate: usize,
    /// Readings that are not stored; sending them again is useless.
    pub rejected: usize,
    /// One entry per reading.
    pub results: Vec<Outcome>,
}

/// What became of one reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Outcome {
    /// The reading's sequence number.
    pub seq: i64,
    /// Its fate.
    pub status: Status,
    /// Why it was rejected.
    #[schema(required)]
    pub reason: Option<String>,
}

/// The fate of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Stored now.
    Accepted,
    /// Stored before, with the same content.
    Duplicate,
    /// Not stored.
    Rejected,
}

impl Answer {
    /// Counts the outcomes.
    pub fn new(results: Vec<Outcome>) -> Self {
        let count = |status| results.iter().filter(|outcome| outcome.status == status).count();
        Self {
            accepted: count(Status::Accepted),
            duplicate: count(Status::Duplicate),
            rejected: count(Status::Rejected),
            results,
        }
    }
}
