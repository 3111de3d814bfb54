//! The time span of a query.

use jiff::{SignedDuration, Timestamp};

use crate::pg_timestamp::PgTimestamp;
use crate::problem::Problem;

/// The length of a span without a start.
const DEFAULT: SignedDuration = SignedDuration::from_hours(24);

/// From a time (included) to a later one (excluded).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The start, included.
    pub from: PgTimestamp,
    /// The end, excluded.
    pub to: PgTimestamp,
}

impl Span {
    /// Creates a span of at most `limit`. The default end is `now`; the default start is a day before the end.
    pub fn new(
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        limit: SignedDuration,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let to = to.unwrap_or(now);
        let from = from.unwrap_or_else(|| to.saturating_sub(DEFAULT).unwrap_or(Timestamp::MIN));
        let length = to.duration_since(from);
        if !length.is_positive() {
            return Err(Problem::invalid("from: must be before `to`"));
        }
        if length > limit {
            let detail = format!("from, to: must span at most {} days", limit.as_hours() / 24);
            return Err(Problem::invalid(detail));
        }
        Ok(Self { from: PgTimestamp(from), to: PgTimestamp(to) })
    }

    /// Returns its length in seconds.
    pub fn seconds(&self) -> f64 {
        self.to.0.duration_since(self.from.0).as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn span(from: Option<Timestamp>, to: Option<Timestamp>) -> Result<f64, String> {
        let now = at("2026-06-01T12:00:00Z");
        let limit = SignedDuration::from_hours(31 * 24);
        Span::new(from, to, limit, now).map(|span| span.seconds()).map_err(|problem| format!("{problem:?}"))
    }

    #[test]
    fn default_span_is_the_last_day() {
        assert_eq!(span(None, None), Ok(86_400.0));
        assert_eq!(span(Some(at("2026-06-01T11:59:00Z")), None), Ok(60.0));
    }

    #[test]
    fn empty_reversed_and_long_spans_are_rejected() {
        let (may, june) = (Some(at("2026-05-01T00:00:00Z")), Some(at("2026-06-01T00:00:00Z")));
        assert_eq!(span(may, june), Ok(31.0 * 86_400.0));
        assert!(span(june, june).unwrap_err().contains("before `to`"));
        assert!(span(june, may).unwrap_err().contains("before `to`"));
        assert!(span(Some(at("2026-04-30T23:59:59Z")), june).unwrap_err().contains("at most 31 days"));
    }

    #[test]
    fn earliest_timestamp_is_rejected_without_overflow() {
        assert!(Span::new(None, Some(Timestamp::MIN), DEFAULT, Timestamp::MAX).is_err());
    }
}
