//! The JSON messages between buoys and backend.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::Timestamp;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
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
    #[serde(deserialize_with = "unique")]
    pub values: BTreeMap<String, f64>,
}

/// Reads a map of values. Of a doubled name serde would keep the last value, and nothing tells which one is right.
fn unique<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, f64>, D::Error> {
    struct Values;

    impl<'de> Visitor<'de> for Values {
        type Value = BTreeMap<String, f64>;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("numbers by name")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut values = BTreeMap::new();
            while let Some(name) = map.next_key::<String>()? {
                let value = map.next_value()?;
                match values.entry(name) {
                    Entry::Vacant(entry) => _ = entry.insert(value),
                    Entry::Occupied(entry) => {
                        return Err(A::Error::custom(format!("duplicate field `{}`", entry.key())));
                    }
                }
            }
            Ok(values)
        }
    }

    deserializer.deserialize_map(Values)
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
    /// Those of the rejected readings that are kept in the quarantine.
    #[serde(default)]
    pub kept: usize,
    /// One entry per reading.
    pub results: Vec<Outcome>,
}

/// The outcome of one reading. It is final: a reading with an outcome need not, and should not, be sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Outcome {
    /// The reading's place in the batch, from 0.
    #[serde(default)]
    pub index: usize,
    /// The reading's sequence number; null if it could not be read.
    #[schema(required, example = 17)]
    pub seq: Option<i64>,
    /// Whether it is stored.
    pub status: Status,
    /// The reason for its rejection.
    #[schema(required)]
    pub reason: Option<String>,
    /// The field that is wrong; absent if it is stored, or if the whole reading is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "values.sea_water_temperature")]
    pub field: Option<String>,
    /// The kind of rejection: `unreadable`, `invalid`, `impossible-clock` or `conflict`; absent if it is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "unreadable")]
    pub code: Option<Cow<'static, str>>,
    /// Whether it is rejected, but kept in the quarantine.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub kept: bool,
}

impl Outcome {
    /// Creates the outcome of a reading that was not rejected.
    pub fn stored(index: usize, seq: i64, status: Status) -> Self {
        Self { index, seq: Some(seq), status, reason: None, field: None, code: None, kept: false }
    }
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
            kept: results.iter().filter(|outcome| outcome.kept).count(),
            results,
        }
    }
}
