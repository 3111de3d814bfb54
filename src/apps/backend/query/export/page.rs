//! Walks through the readings of several buoys, a page at a time, by the key of the last row seen.

use std::collections::VecDeque;

use seasense::apps::shared::parameter;
use sqlx::PgConnection;

use crate::limits;
use crate::moment::Moment;
use crate::query::span::Span;

/// One reading with its values.
#[derive(Debug, sqlx::FromRow)]
pub struct Row {
    /// Start of the buoy.
    pub boot_id: i64,
    /// Number of the reading.
    pub seq: i64,
    /// When it was measured.
    pub observed_at: Moment,
    /// When it was stored.
    pub received_at: Moment,
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

/// Keys and ids of all buoys of the collection, or of the one with this id.
pub async fn buoys(
    connection: &mut PgConnection,
    code: Option<&str>,
) -> sqlx::Result<VecDeque<(i32, String)>> {
    let rows = sqlx::query_as(BUOYS).bind(code).fetch_all(connection).await?;
    Ok(rows.into())
}

/// Where the walk stands.
#[derive(Debug, Clone)]
pub struct Cursor {
    left: VecDeque<(i32, String)>,
    span: Span,
    after: (Moment, i64, i64),
}

impl Cursor {
    /// At the first reading of the first buoy.
    pub fn new(buoys: VecDeque<(i32, String)>, span: Span) -> Self {
        Self { left: buoys, span, after: before(span) }
    }

    /// Whether every buoy is done.
    pub fn is_at_end(&self) -> bool {
        self.left.is_empty()
    }

    /// The next page and the buoy it belongs to; empty for a buoy without readings.
    pub async fn advance(&mut self, connection: &mut PgConnection) -> sqlx::Result<(String, Vec<Row>)> {
        let Some((key, code)) = self.left.front().cloned() else {
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
                self.left.pop_front();
                self.after = before(self.span);
            }
        }
        Ok((code, rows))
    }
}

/// The key just before every reading of the span: numbers are never negative.
fn before(span: Span) -> (Moment, i64, i64) {
    (span.from, -1, -1)
}
