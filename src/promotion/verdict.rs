//! The verdict: whether a watched digest passes, fails, or needs more samples. Pure.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::promotion::probe_stats::ProbeStats;

/// This many bad samples in a row fail; fewer may be a short disturbance.
pub const MAX_CONSECUTIVE_FAILURES: usize = 3;
/// A watch passes only with at least this many samples.
pub const MIN_SAMPLES: usize = 3;
/// A watch passes only if at most one in this many samples is bad.
const BAD_SAMPLE_RATIO: usize = 4;

/// The limits that a watched digest must not exceed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Highest share of failed requests, 0 to 1.
    pub error_rate: f64,
    /// Highest share of failed requests from the deployment until Ready, 0 to 1.
    pub rollout_error_rate: f64,
    /// Highest 95th percentile of the response times, in milliseconds.
    pub p95_ms: f64,
    /// Highest age of the newest stored reading, in seconds.
    pub freshness_seconds: f64,
    /// How long the digest is watched.
    pub watch: Duration,
}

/// One observation of the environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The time of the observation.
    pub at: Timestamp,
    /// The resource that is not ready, or the reason why the observation failed.
    pub problem: Option<String>,
    /// The measurements since the previous sample; `None` if they could not be read.
    pub stats: Option<ProbeStats>,
}

/// The result of the samples so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The samples are good, but the watch time is not over.
    Pending,
    /// No limit was exceeded during the watch.
    Passed,
    /// A limit was exceeded, as the text describes.
    Failed(String),
}

impl Verdict {
    /// Combines this verdict with the verdict on the canary's own probe: failed if one failed, passed if both
    /// passed.
    #[must_use]
    pub fn and_canary(self, canary: Self) -> Self {
        match (self, canary) {
            (Self::Failed(reason), _) => Self::Failed(reason),
            (_, Self::Failed(reason)) => Self::Failed(format!("measured at the canary, {reason}")),
            (Self::Passed, Self::Passed) => Self::Passed,
            _ => Self::Pending,
        }
    }
}

/// Evaluates the samples since `begun`, oldest first.
///
/// - One lost acknowledged reading fails at once.
/// - [`MAX_CONSECUTIVE_FAILURES`] bad samples in a row fail; one slow sample does not.
/// - After the watch time it passes if the newest sample is good, few were bad, and requests were served.
/// - It fails if it has not passed after twice the watch time, so that every watch ends.
pub fn evaluate(begun: Timestamp, samples: &[Sample], limits: &Thresholds) -> Verdict {
    if let Some(lost) = samples.iter().find_map(lost) {
        return Verdict::Failed(lost);
    }
    let faults: Vec<Option<String>> = samples.iter().map(|sample| fault(begun, sample, limits)).collect();
    if let Some(failed) =
        faults.windows(MAX_CONSECUTIVE_FAILURES).find(|window| window.iter().all(Option::is_some))
    {
        let last = failed.last().and_then(Clone::clone).unwrap_or_default();
        return Verdict::Failed(format!("{last}, in {MAX_CONSECUTIVE_FAILURES} samples in a row"));
    }
    let Some(newest) = samples.last() else { return Verdict::Pending };
    let watched = Duration::try_from(newest.at.duration_since(begun)).unwrap_or_default();
    if watched < limits.watch {
        return Verdict::Pending;
    }
    match reason_not_passed(samples, &faults, limits) {
        None => Verdict::Passed,
        Some(reason) if watched >= limits.watch * 2 => {
            Verdict::Failed(format!("{reason}, after twice the watch time"))
        }
        Some(_) => Verdict::Pending,
    }
}

/// Describes what a rollout cost, if that is more than the limit.
pub fn evaluate_rollout(rollout: &Summary, limits: &Thresholds) -> Option<String> {
    exceeds(rollout.error_rate(), limits.rollout_error_rate).then(|| {
        let share = |rate: f64| format!("{:.1} %", rate * 100.0);
        format!(
            "the rollout made {} of {} requests fail ({}), more than {}",
            rollout.failed,
            rollout.requests,
            share(rollout.error_rate()),
            share(limits.rollout_error_rate)
        )
    })
}

fn lost(sample: &Sample) -> Option<String> {
    let lost = sample.stats?.lost();
    (lost > 0).then(|| format!("{lost} acknowledged readings are not stored"))
}

/// Describes the fault of a bad sample; `None` if it is good.
fn fault(begun: Timestamp, sample: &Sample, limits: &Thresholds) -> Option<String> {
    if let Some(problem) = &sample.problem {
        return Some(problem.clone());
    }
    let Some(stats) = sample.stats else { return Some("the probes returned no measurements".to_owned()) };
    let rate = stats.error_rate();
    if exceeds(rate, limits.error_rate) {
        return Some(format!(
            "{:.1} % of the requests failed, more than {:.1} %",
            rate * 100.0,
            limits.error_rate * 100.0
        ));
    }
    if exceeds(stats.p95_ms, limits.p95_ms) {
        return Some(format!("p95 is {:.0} ms, more than {:.0} ms", stats.p95_ms, limits.p95_ms));
    }
    // Possibly nothing sent readings before the watch, so the age is at most the time since its start.
    let watched = sample.at.duration_since(begun).as_secs_f64();
    let age = stats.freshness_seconds.map_or(watched, |age| if age > watched { watched } else { age });
    exceeds(age, limits.freshness_seconds).then(|| match stats.freshness_seconds {
        Some(age) => {
            format!("the newest reading is {age:.0} s old, more than {:.0} s", limits.freshness_seconds)
        }
        None => format!("no reading was stored within {age:.0} s"),
    })
}

/// Returns whether `value` is greater than `limit`, or not a number.
fn exceeds(value: f64, limit: f64) -> bool {
    !matches!(value.partial_cmp(&limit), Some(std::cmp::Ordering::Less | std::cmp::Ordering::Equal))
}

/// Describes why the samples do not pass yet; `None` if they pass.
fn reason_not_passed(samples: &[Sample], faults: &[Option<String>], limits: &Thresholds) -> Option<String> {
    let bad = faults.iter().flatten().count();
    let all = Summary::of(samples);
    if samples.len() < MIN_SAMPLES {
        return Some(format!("only {} samples were taken", samples.len()));
    }
    if let Some(fault) = faults.last().cloned().flatten() {
        return Some(fault);
    }
    if bad * BAD_SAMPLE_RATIO > samples.len() {
        return Some(format!("{bad} of {} samples were bad", samples.len()));
    }
    if all.requests == 0 {
        return Some("no request of the probes was answered".to_owned());
    }
    let rate = all.error_rate();
    exceeds(rate, limits.error_rate).then(|| format!("{:.1} % of all requests failed", rate * 100.0))
}

/// The measurements of a whole watch, as they are recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Start of the measured time; `None` without measurements.
    pub since: Option<Timestamp>,
    /// End of the measured time; `None` without measurements.
    pub until: Option<Timestamp>,
    /// Number of samples.
    pub samples: u64,
    /// Requests of the probes.
    pub requests: u64,
    /// Failed requests.
    pub failed: u64,
    /// The highest p95 of a sample, in milliseconds.
    pub p95_ms: f64,
    /// The highest age of the newest reading in a sample, in seconds; `None` while none was stored.
    pub freshness_seconds: Option<f64>,
    /// Acknowledged readings since the probe buoys started.
    pub sent: u64,
    /// Stored readings among them.
    pub stored: u64,
}

impl Summary {
    /// Summarises the measurements of `samples`, which are in chronological order.
    pub fn of(samples: &[Sample]) -> Self {
        let stats = samples.iter().filter_map(|sample| sample.stats);
        let start = Self { samples: u64::try_from(samples.len()).unwrap_or(u64::MAX), ..Self::default() };
        stats.fold(start, |sum, stats| Self {
            since: sum.since.or(Some(stats.since)),
            until: Some(stats.until),
            samples: sum.samples,
            requests: sum.requests.saturating_add(stats.requests),
            failed: sum.failed.saturating_add(stats.failed),
            p95_ms: sum.p95_ms.max(stats.p95_ms),
            freshness_seconds: match (sum.freshness_seconds, stats.freshness_seconds) {
                (Some(a), Some(b)) => Some(a.max(b)),
                (a, b) => a.or(b),
            },
            sent: stats.sent,
            stored: stats.stored,
        })
    }

    /// Summarises one window outside a watch.
    pub fn of_window(stats: ProbeStats) -> Self {
        Self::of(&[Sample { at: stats.until, problem: None, stats: Some(stats) }])
    }

    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than a float's digits")]
    fn error_rate(&self) -> f64 {
        if self.requests == 0 { 0.0 } else { self.failed as f64 / self.requests as f64 }
    }
}

/// The measurements while a canary had a traffic share.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanaryWatch {
    /// The canary's traffic share in percent.
    pub percent: u8,
    /// The measurements through the gateway, of both backends; `None` if the canary never became Ready.
    pub gateway: Option<Summary>,
    /// The measurements of requests to the canary only; `None` if it never became Ready.
    pub canary_only: Option<Summary>,
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
