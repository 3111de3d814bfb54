//! Keyset pagination over the readings of several buoys.

use std::collections::VecDeque;

use seasense::apps::shared::{parameter, token::is_id};
use sqlx::PgConnection;

use crate::limits;
use crate::pg_timestamp::PgTimestamp;
use crate::query::span::Span;

/// One reading with its values.
#[derive(Debug, sqlx::FromRow)]
pub struct Row {
    /// Boot number of the buoy.
    pub boot_id: i64,
    /// Sequence number of the reading.
    pub seq: i64,
    /// When it was measured.
    pub observed_at: PgTimestamp,
    /// When it was stored.
    pub received_at: PgTimestamp,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Depth of the sensors.
    pub depth_cm: i32,
    /// Keys of the parameters.
    pub parameters: Option<Vec<i16>>,
    /// Their values.
    pub measured: Option<Vec<f64>>,
}

const PAGE: &str = "
WITH page AS (
    SELECT boot_id, seq, observed_at, received_at, latitude, longitude, depth_cm
    FROM reading
    WHERE buoy_id = $1 AND observed_at < $2 AND (observed_at, boot_id, seq) > ($3, $4, $5)
    ORDER BY observed_at, boot_id, seq
    LIMIT $6
)
SELECT page.*, parameters, measured
FROM page
CROSS JOIN LATERAL (
    SELECT array_agg(parameter_id) AS parameters, array_agg(value) AS measured
    FROM observation
    WHERE buoy_id = $1 AND parameter_id = ANY($7) AND observed_at = page.observed_at
      AND boot_id = page.boot_id AND seq = page.seq AND value IS NOT NULL
) AS observed
ORDER BY observed_at, boot_id, seq";

const BUOYS: &str = "
SELECT id, code FROM buoy WHERE code = $1 OR ($1::text IS NULL AND NOT canary) ORDER BY code";

/// Returns the keys and ids of all buoys of the collection, or of the buoy with this id.
pub async fn buoys(
    connection: &mut PgConnection,
    code: Option<&str>,
) -> sqlx::Result<VecDeque<(i32, String)>> {
    if code.is_some_and(|code| !is_id(code)) {
        return Ok(VecDeque::new());
    }
    let rows = sqlx::query_as(BUOYS).bind(code).fetch_all(connection).await?;
    Ok(rows.into())
}

/// The position in the export.
#[derive(Debug, Clone)]
pub struct Cursor {
    remaining: VecDeque<(i32, String)>,
    span: Span,
    after: (PgTimestamp, i64, i64),
}

impl Cursor {
    /// Starts at the first reading of the first buoy.
    pub fn new(buoys: VecDeque<(i32, String)>, span: Span) -> Self {
        Self { remaining: buoys, span, after: before(span) }
    }

    /// Whether every buoy is exported.
    pub fn is_at_end(&self) -> bool {
        self.remaining.is_empty()
    }

    /// Returns the next page and its buoy; the page is empty for a buoy without readings.
    pub async fn advance(&mut self, connection: &mut PgConnection) -> sqlx::Result<(String, Vec<Row>)> {
        let Some((key, code)) = self.remaining.front().cloned() else {
            return Ok((String::new(), Vec::new()));
        };
        let parameters: Vec<i16> = parameter::ALL.iter().map(|parameter| parameter.id).collect();
        let rows: Vec<Row> = sqlx::query_as(PAGE)
            .bind(key)
            .bind(self.span.to)
            .bind(self.after.0)
            .bind(self.after.1)
            .bind(self.after.2)
            .bind(limits::EXPORT_PAGE)
            .bind(parameters)
            .fetch_all(connection)
            .await?;
        match rows.last() {
            Some(last) if i64::try_from(rows.len()) == Ok(limits::EXPORT_PAGE) => {
                self.after = (last.observed_at, last.boot_id, last.seq);
            }
            _ => {
                self.remaining.pop_front();
                self.after = before(self.span);
            }
        }
        Ok((code, rows))
    }
}

/// Returns a key before every reading of the span: boot ids and sequence numbers are never negative.
fn before(span: Span) -> (PgTimestamp, i64, i64) {
    (span.from, -1, -1)
}
