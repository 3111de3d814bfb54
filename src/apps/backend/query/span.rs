//! The span of time that a query asks for.

use jiff::{SignedDuration, Timestamp};

use crate::moment::Moment;
use crate::problem::Problem;

/// What a query answers when it names no beginning.
const DEFAULT: SignedDuration = SignedDuration::from_hours(24);

/// From a moment (included) to a later one (not included).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first moment.
    pub from: Moment,
    /// The moment after the last.
    pub to: Moment,
}

impl Span {
    /// The span of a query at most `limit` long; without an end it reaches until now, without a beginning over a day.
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
            let detail = format!("from, to: at most {} days can be asked for at once", limit.as_hours() / 24);
            return Err(Problem::invalid(detail));
        }
        Ok(Self { from: Moment(from), to: Moment(to) })
    }

    /// How long it is, seconds.
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
    fn a_day_until_now_is_meant_where_nothing_is_said() {
        assert_eq!(span(None, None), Ok(86_400.0));
        assert_eq!(span(Some(at("2026-06-01T11:59:00Z")), None), Ok(60.0));
    }

    #[test]
    fn empty_reversed_and_long_spans_are_refused() {
        let (may, june) = (Some(at("2026-05-01T00:00:00Z")), Some(at("2026-06-01T00:00:00Z")));
        assert_eq!(span(may, june), Ok(31.0 * 86_400.0));
        assert!(span(june, june).unwrap_err().contains("before `to`"));
        assert!(span(june, may).unwrap_err().contains("before `to`"));
        assert!(span(Some(at("2026-04-30T23:59:59Z")), june).unwrap_err().contains("at most 31 days"));
    }

    #[test]
    fn no_moment_is_too_early_to_be_subtracted_from() {
        assert!(Span::new(None, Some(Timestamp::MIN), DEFAULT, Timestamp::MAX).is_err());
    }
}
