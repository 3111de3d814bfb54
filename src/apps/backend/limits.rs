//! What one request may ask for.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Bytes of a request body.
pub const BODY_BYTES: usize = 1024 * 1024;

/// Readings in one batch.
pub const BATCH_READINGS: usize = 1000;

/// Time after which a request is given up; streams end sooner or later, page by page.
pub const REQUEST_TIME: Duration = Duration::from_secs(38);

/// Time for which a request waits for a database that is changing its primary, which takes five to fifteen seconds, as busy as
/// the nodes are.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Time after which the database gives up one statement; with [`PATIENCE`] not longer than [`REQUEST_TIME`], so that nothing
/// runs on unseen.
pub const STATEMENT_TIME: Duration = Duration::from_secs(8);

/// The longest span of a query that answers single readings, or minutes.
pub const RAW_SPAN: SignedDuration = SignedDuration::from_hours(31 * 24);

/// The longest span of a query that answers means over ten minutes and more.
pub const BUCKETED_SPAN: SignedDuration = SignedDuration::from_hours(366 * 24);

/// How far ahead of the server's clock a buoy's clock may be.
pub const CLOCK_AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Positions in one track; longer tracks are thinned.
pub const TRACK_POINTS: u32 = 500;

/// Readings that an export takes from the database at once.
pub const EXPORT_PAGE: i64 = 2000;

/// The deepest place of the sea, centimetres.
pub const DEEPEST_CM: i32 = 1_103_500;

/// 2020-01-01: no buoy of the project is older.
pub const EARLIEST: Timestamp = Timestamp::constant(1_577_836_800, 0);
