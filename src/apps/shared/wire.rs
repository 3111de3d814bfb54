//! The JSON messages between buoys and backend.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Default depth of the sensors of a surface buoy, centimetres.
pub const DEFAULT_DEPTH_CM: i32 = 100;

const fn default_depth_cm() -> i32 {
    DEFAULT_DEPTH_CM
}

/// Readings of one buoy, all from the same start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Id of the buoy; the bearer token must belong to it.
    #[schema(example = "buoy-001")]
    pub buoy: String,
    /// Number of the buoy's start; sequence numbers restart with it.
    #[schema(minimum = 0, example = 1)]
    pub boot_id: i64,
    /// The readings, at most 1000.
    #[schema(min_items = 1, max_items = 1000)]
    pub readings: Vec<Reading>,
}

/// One reading: everything measured at one position and time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// Sequence number since the start of the buoy; identifies the reading together with buoy and `boot_id`.
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

/// The answer to a batch: the outcome of each reading, in the order of the batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    /// Readings that this request stored.
    pub accepted: usize,
    /// Readings that were stored before with the same content.
    pub duplicate: usize,
    /// Readings that are not stored; a retry has the same outcome.
    pub rejected: usize,
    /// One entry per reading.
    pub results: Vec<Outcome>,
}

/// The outcome of one reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Outcome {
    /// The reading's sequence number.
    pub seq: i64,
    /// Whether it is stored.
    pub status: Status,
    /// The reason for its rejection.
    #[schema(required)]
    pub reason: Option<String>,
}

/// Whether a reading is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Stored by this request.
    Accepted,
    /// Stored before with the same content.
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
