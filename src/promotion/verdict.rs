//! The verdict over time: whether what was handed over holds, is proved, or is worse than what the environment promises. Pure.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use super::figures::ProbeStats;

/// So many bad looks in a row are worse; fewer are a hiccup.
pub const MAX_CONSECUTIVE_FAILURES: usize = 3;
/// So many looks at least make a proof.
pub const EVIDENCE: usize = 3;
/// Of the looks of a proof at most one in so many may be bad.
const BAD_SAMPLE_RATIO: usize = 4;

/// What an environment promises of itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Largest share of failed requests, 0 to 1.
    pub error_rate: f64,
    /// Within how many milliseconds 95 of 100 answers come.
    pub p95_ms: f64,
    /// Largest age of the newest stored reading, in seconds.
    pub freshness_seconds: f64,
    /// How long it is watched.
    pub watch: Duration,
}

/// One look at the environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// When.
    pub at: Timestamp,
    /// What of it is not ready, or why it could not be looked at.
    pub trouble: Option<String>,
    /// What the canary counted since the look before; `None` where it could not be asked.
    pub figures: Option<ProbeStats>,
}

/// What the looks so far say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing speaks against it, and it was not watched long enough.
    Pending,
    /// It did well for the watch time.
    Passed,
    /// It does not keep what the environment promises; the text says in what.
    Failed(String),
}

impl Verdict {
    /// This one together with `own`, that on those who ask for nothing but what is tried out: worse where one is, proved where
    /// both are.
    #[must_use]
    pub fn and(self, own: Self) -> Self {
        match (self, own) {
            (Self::Failed(reason), _) => Self::Failed(reason),
            (_, Self::Failed(reason)) => Self::Failed(format!("asked by itself, {reason}")),
            (Self::Passed, Self::Passed) => Self::Passed,
            _ => Self::Pending,
        }
    }
}

/// Judges the looks since `begun`, oldest first.
///
/// - One acknowledged reading that is lost is worse, at once.
/// - [`MAX_CONSECUTIVE_FAILURES`] bad looks in a row are worse; one slow look is not.
/// - It is proved after the watch time, when the newest look is good, hardly any was bad, and requests were answered.
/// - What is not proved after twice the watch time is worse: nobody shall wait for ever.
pub fn evaluate(begun: Timestamp, samples: &[Sample], promised: &Thresholds) -> Verdict {
    if let Some(lost) = samples.iter().find_map(lost) {
        return Verdict::Failed(lost);
    }
    let bad: Vec<Option<String>> = samples.iter().map(|sample| fault(begun, sample, promised)).collect();
    if let Some(strike) =
        bad.windows(MAX_CONSECUTIVE_FAILURES).find(|looks| looks.iter().all(Option::is_some))
    {
        let last = strike.last().and_then(Clone::clone).unwrap_or_default();
        return Verdict::Failed(format!("{last}, in {MAX_CONSECUTIVE_FAILURES} looks in a row"));
    }
    let Some(newest) = samples.last() else { return Verdict::Pending };
    let watched = Duration::try_from(newest.at.duration_since(begun)).unwrap_or_default();
    if watched < promised.watch {
        return Verdict::Pending;
    }
    match doubt(samples, &bad, promised) {
        None => Verdict::Passed,
        Some(doubt) if watched >= promised.watch * 2 => {
            Verdict::Failed(format!("{doubt}, after twice the watch time"))
        }
        Some(_) => Verdict::Pending,
    }
}

fn lost(sample: &Sample) -> Option<String> {
    let lost = sample.figures?.lost();
    (lost > 0).then(|| format!("{lost} acknowledged readings are not stored"))
}

/// What is wrong in one look.
fn fault(begun: Timestamp, sample: &Sample, promised: &Thresholds) -> Option<String> {
    if let Some(trouble) = &sample.trouble {
        return Some(trouble.clone());
    }
    let Some(figures) = sample.figures else { return Some("the canary could not be asked".to_owned()) };
    let rate = figures.error_rate();
    if exceeds(rate, promised.error_rate) {
        return Some(format!(
            "{:.1} % of the requests failed, more than {:.1} %",
            rate * 100.0,
            promised.error_rate * 100.0
        ));
    }
    if exceeds(figures.p95_ms, promised.p95_ms) {
        return Some(format!("p95 is {:.0} ms, more than {:.0} ms", figures.p95_ms, promised.p95_ms));
    }
    // Nobody may have sent anything before the canary set out, so only silence since then counts.
    let watched = sample.at.duration_since(begun).as_secs_f64();
    let age = figures.freshness_seconds.map_or(watched, |age| if age > watched { watched } else { age });
    exceeds(age, promised.freshness_seconds).then(|| match figures.freshness_seconds {
        Some(age) => {
            format!("the newest reading is {age:.0} s old, more than {:.0} s", promised.freshness_seconds)
        }
        None => format!("no reading was stored within {age:.0} s"),
    })
}

/// Whether `value` is more than `limit`; what is no number is.
fn exceeds(value: f64, limit: f64) -> bool {
    !matches!(value.partial_cmp(&limit), Some(std::cmp::Ordering::Less | std::cmp::Ordering::Equal))
}

/// Why the looks are no proof yet.
fn doubt(samples: &[Sample], bad: &[Option<String>], promised: &Thresholds) -> Option<String> {
    let faults = bad.iter().flatten().count();
    let all = Summary::of(samples);
    if samples.len() < EVIDENCE {
        return Some(format!("only {} looks were made", samples.len()));
    }
    if let Some(fault) = bad.last().cloned().flatten() {
        return Some(fault);
    }
    if faults * BAD_SAMPLE_RATIO > samples.len() {
        return Some(format!("{faults} of {} looks were bad", samples.len()));
    }
    if all.requests == 0 {
        return Some("no request of the canary was answered".to_owned());
    }
    let rate = all.error_rate();
    exceeds(rate, promised.error_rate).then(|| format!("{:.1} % of all requests failed", rate * 100.0))
}

/// What a whole watch saw, for the record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Looks that were made.
    pub looks: u64,
    /// Requests of the canary.
    pub requests: u64,
    /// Those that failed.
    pub failed: u64,
    /// The worst p95 of a look, in milliseconds.
    pub p95_ms: f64,
    /// The greatest age of the newest reading in a look, in seconds; `None` while none was stored.
    pub freshness_seconds: Option<f64>,
    /// Readings that were acknowledged.
    pub sent: u64,
    /// Those that were stored.
    pub stored: u64,
}

impl Summary {
    /// Adds up what the looks saw.
    pub fn of(samples: &[Sample]) -> Self {
        let seen = samples.iter().filter_map(|sample| sample.figures);
        let start = Self { looks: u64::try_from(samples.len()).unwrap_or(u64::MAX), ..Self::default() };
        seen.fold(start, |sum, figures| Self {
            looks: sum.looks,
            requests: sum.requests.saturating_add(figures.requests),
            failed: sum.failed.saturating_add(figures.failed),
            p95_ms: sum.p95_ms.max(figures.p95_ms),
            freshness_seconds: match (sum.freshness_seconds, figures.freshness_seconds) {
                (Some(a), Some(b)) => Some(a.max(b)),
                (a, b) => a.or(b),
            },
            sent: figures.sent,
            stored: figures.stored,
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than a float's digits")]
    fn error_rate(&self) -> f64 {
        if self.requests == 0 { 0.0 } else { self.failed as f64 / self.requests as f64 }
    }
}

/// What was seen while a digest had a share of the requests beside the one before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tried {
    /// Its share of the API's requests, in percent.
    pub percent: u8,
    /// What all who ask through the gateway saw; `None` where it never became Ready.
    pub figures: Option<Summary>,
    /// What those saw who asked for it and nobody else; `None` where it never became Ready.
    pub own: Option<Summary>,
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
