//! The time span of a query.

use jiff::{SignedDuration, Timestamp};
use serde::de::{Deserialize as _, Deserializer, Error as _};

use crate::extract::shortened;
use crate::limits;
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
            return Err(Problem::invalid_query("from", "must be before `to`"));
        }
        if length > limit {
            let detail = format!("must be at most {} days before `to`", limit.as_hours() / 24);
            return Err(Problem::invalid_query("from", detail));
        }
        if from < limits::EARLIEST_QUERY {
            let detail = format!("must not be before {}", limits::EARLIEST_QUERY);
            return Err(Problem::invalid_query("from", detail));
        }
        Ok(Self { from: PgTimestamp(from), to: PgTimestamp(to) })
    }

    /// Returns its length in seconds.
    pub fn seconds(&self) -> f64 {
        self.to.0.duration_since(self.from.0).as_secs_f64()
    }
}

/// Parses a time of a query.
pub fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(|_| {
        // In a URL a plus sign means a space.
        let plus = if text.contains(' ') { "; write a plus sign as %2B" } else { "" };
        let shown = shortened(&text);
        D::Error::custom(format!(
            "must be an RFC 3339 time such as 2026-06-01T12:00:00Z, not `{shown}`{plus}"
        ))
    })
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
        assert!(
            span(Some(at("2026-04-30T23:59:59Z")), june).unwrap_err().contains("at most 31 days before `to`")
        );
    }

    #[test]
    fn earliest_timestamp_is_rejected_without_overflow() {
        assert!(Span::new(None, Some(Timestamp::MIN), DEFAULT, Timestamp::MAX).is_err());
    }

    #[test]
    fn time_that_the_database_does_not_know_is_rejected() {
        let (from, to) = (at("-009000-01-01T00:00:00Z"), at("-009000-01-02T00:00:00Z"));
        let problem = Span::new(Some(from), Some(to), DEFAULT, Timestamp::MAX).unwrap_err();
        assert!(format!("{problem:?}").contains("must not be before 0001-01-01"), "{problem:?}");
    }

    #[test]
    fn bad_time_is_shown_with_an_example() {
        use serde::de::value::{Error, StrDeserializer};
        let parse = |text| time(StrDeserializer::<Error>::new(text)).map_err(|error| error.to_string());
        assert_eq!(parse("2026-06-01T12:00:00Z"), Ok(Some(at("2026-06-01T12:00:00Z"))));
        for text in ["", "yesterday", "2026-06-01", "1780000000", "2026-06-01T12:00:00"] {
            assert!(parse(text).unwrap_err().contains(&format!("not `{text}`")), "{text}");
        }
        assert!(parse("2026-06-01T12:00:00 02:00").unwrap_err().ends_with("write a plus sign as %2B"));
    }
}
