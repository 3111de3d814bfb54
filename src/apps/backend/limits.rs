//! Limits of one request.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Maximum bytes of a request body.
pub const BODY_BYTES: usize = 1024 * 1024;

/// Maximum readings in one batch.
pub const BATCH_READINGS: usize = 1000;

/// Time limit of a request. It does not limit the duration of a streamed response.
pub const REQUEST_TIME: Duration = Duration::from_secs(38);

/// Time for which a request is retried while the database is unavailable. A failover takes 5 to 15 seconds,
/// depending on the load of the nodes.
pub const RETRY_TIME: Duration = Duration::from_secs(30);

/// Time for which requests are retried while the database refuses the credentials, from the first refusal. During
/// a rotation the mounted file and the role differ for a moment. A longer refusal is answered at once, so that its
/// cause is visible.
pub const CREDENTIALS_TIME: Duration = Duration::from_secs(10);

/// Time limit of one statement in the database. Together with [`RETRY_TIME`] it does not exceed
/// [`REQUEST_TIME`], so that no statement continues after its request has ended.
pub const STATEMENT_TIME: Duration = Duration::from_secs(8);

/// The longest span of a query for single readings or for buckets of a minute.
pub const RAW_SPAN: SignedDuration = SignedDuration::from_hours(31 * 24);

/// The longest span of a query for buckets of ten minutes or more.
pub const BUCKETED_SPAN: SignedDuration = SignedDuration::from_hours(366 * 24);

/// The earliest time of a query. The database knows no time before 4713 BC, and no reading is that old.
pub const EARLIEST_QUERY: Timestamp = Timestamp::constant(-62_135_596_800, 0);

/// How far ahead of the server's clock a buoy's clock may be.
pub const CLOCK_AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Maximum positions in one track; longer tracks are thinned.
pub const TRACK_POINTS: u32 = 500;

/// Readings per page of an export.
pub const EXPORT_PAGE: i64 = 2000;

/// Maximum readings in one answer of the quarantine.
pub const QUARANTINE_PAGE: i64 = 1000;

/// The greatest depth of the sea, centimetres.
pub const DEEPEST_CM: i32 = 1_103_500;

/// 2020-01-01: before the project's first buoy.
pub const EARLIEST: Timestamp = Timestamp::constant(1_577_836_800, 0);
