//! Tests of the verdict: an example of each rule, and properties of any watch.

use proptest::prelude::*;

use super::*;

const LIMITS: Thresholds = Thresholds {
    error_rate: 0.01,
    rollout_error_rate: 0.01,
    p95_ms: 500.0,
    freshness_seconds: 60.0,
    watch: Duration::from_mins(2),
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

fn good() -> ProbeStats {
    ProbeStats {
        requests: 50,
        p95_ms: 40.0,
        freshness_seconds: Some(2.0),
        sent: 100,
        stored: 100,
        ..ProbeStats::default()
    }
}

fn slow() -> ProbeStats {
    ProbeStats { p95_ms: 900.0, ..good() }
}

/// A sample every ten seconds.
fn samples(stats: impl IntoIterator<Item = ProbeStats>) -> Vec<Sample> {
    let sample = |(index, stats)| Sample { at: at(10 * (index + 1)), problem: None, stats: Some(stats) };
    (0_i64..).zip(stats).map(sample).collect()
}

fn verdict(samples: &[Sample]) -> Verdict {
    evaluate(at(0), samples, &LIMITS)
}

#[test]
fn a_good_watch_passes_after_its_time() {
    assert_eq!(verdict(&[]), Verdict::Pending);
    assert_eq!(verdict(&samples([good(); 11])), Verdict::Pending);
    assert_eq!(verdict(&samples([good(); 12])), Verdict::Passed);
}

#[test]
fn a_lost_reading_fails_at_once() {
    let stats = [good(), ProbeStats { sent: 101, ..good() }];
    assert_eq!(verdict(&samples(stats)), Verdict::Failed("1 acknowledged readings are not stored".into()));
}

#[test]
fn two_slow_samples_in_a_row_pass_and_three_fail() {
    let mut watch = vec![good(); 12];
    watch[5] = slow();
    watch[6] = slow();
    assert_eq!(verdict(&samples(watch.clone())), Verdict::Passed);
    watch[7] = slow();
    let reason = "p95 is 900 ms, more than 500 ms, in 3 samples in a row";
    assert_eq!(verdict(&samples(watch)), Verdict::Failed(reason.into()));
}

#[test]
fn a_bad_last_sample_or_many_bad_ones_do_not_pass() {
    let mut watch = vec![good(); 12];
    watch[11] = slow();
    assert_eq!(verdict(&samples(watch.clone())), Verdict::Pending);
    watch.push(good());
    assert_eq!(verdict(&samples(watch)), Verdict::Passed);
    let every_other = || [good(), slow()].into_iter().cycle();
    assert_eq!(verdict(&samples(every_other().take(13))), Verdict::Pending);
    let reason =
        reason_not_passed(&samples(every_other().take(13)), &faults(every_other().take(13)), &LIMITS);
    assert_eq!(reason.unwrap(), "6 of 13 samples were bad");
    let Verdict::Failed(reason) = verdict(&samples(every_other().take(25))) else {
        panic!("it does not end")
    };
    assert_eq!(reason, "12 of 25 samples were bad, after twice the watch time");
}

fn faults(stats: impl IntoIterator<Item = ProbeStats>) -> Vec<Option<String>> {
    samples(stats).iter().map(|sample| fault(at(0), sample, &LIMITS)).collect()
}

#[test]
fn each_exceeded_limit_is_described() {
    let first = |stats| fault(at(0), &samples([stats])[0], &LIMITS);
    assert_eq!(first(good()), None);
    let failing = ProbeStats { failed: 5, ..good() };
    assert_eq!(first(failing).unwrap(), "10.0 % of the requests failed, more than 1.0 %");
    let stale = ProbeStats { freshness_seconds: Some(90.0), ..good() };
    assert_eq!(first(stale), None, "readings from before the watch do not count");
    let later = |stats| Sample { at: at(70), problem: None, stats: Some(stats) };
    let after_70_s = |stats| fault(at(0), &later(stats), &LIMITS).unwrap();
    assert_eq!(after_70_s(stale), "the newest reading is 90 s old, more than 60 s");
    assert!(first(ProbeStats { p95_ms: f64::NAN, ..good() }).is_some(), "NaN is a fault");
    let silent = ProbeStats { freshness_seconds: None, ..good() };
    assert_eq!(first(silent), None, "the first reading may take time");
    assert_eq!(after_70_s(silent), "no reading was stored within 70 s");
    let unready = Sample { at: at(1), problem: Some("phase/apps is not ready".into()), stats: Some(good()) };
    assert_eq!(fault(at(0), &unready, &LIMITS).unwrap(), "phase/apps is not ready");
}

#[test]
fn a_watch_without_requests_does_not_pass() {
    let idle = ProbeStats { requests: 0, sent: 0, stored: 0, ..good() };
    assert_eq!(verdict(&samples([idle; 12])), Verdict::Pending);
    assert!(
        matches!(verdict(&samples([idle; 24])), Verdict::Failed(reason) if reason.contains("no request of the probes"))
    );
}

#[test]
fn a_summary_has_the_sums_the_maxima_and_the_window() {
    let window = |since, until, stats| ProbeStats { since: at(since), until: at(until), ..stats };
    let last = ProbeStats { failed: 1, sent: 120, stored: 121, ..good() };
    let sum = Summary::of(&samples([window(0, 10, good()), window(10, 20, slow()), window(20, 30, last)]));
    let expected = Summary {
        since: Some(at(0)),
        until: Some(at(30)),
        samples: 3,
        requests: 150,
        failed: 1,
        p95_ms: 900.0,
        freshness_seconds: Some(2.0),
        sent: 120,
        stored: 121,
    };
    assert_eq!(sum, expected);
    assert_eq!(Summary::of(&[]).since, None);
}

prop_compose! {
    fn any_stats()(
        requests in 0_u64..100, share in 0.0..1.0_f64, p95_ms in 0.0..1000.0_f64,
        freshness_seconds in proptest::option::of(0.0..120.0_f64), sent in 0_u64..100, extra in 0_u64..3,
    ) -> ProbeStats {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let failed = (requests as f64 * share) as u64;
        ProbeStats { requests, failed, p95_ms, freshness_seconds, sent, stored: sent + extra, ..ProbeStats::default() }
    }
}

prop_compose! {
    /// Samples with pauses of up to 20 seconds, some of which fail.
    fn any_watch()(
        samples in proptest::collection::vec((1_i64..20, proptest::option::weighted(0.9, any_stats()), proptest::bool::weighted(0.1)), 0..40)
    ) -> Vec<Sample> {
        let mut time = 0;
        samples.into_iter().map(|(pause, stats, problem)| {
            time += pause;
            Sample { at: at(time), problem: problem.then(|| "unready".to_owned()), stats }
        }).collect()
    }
}

proptest! {
    #[test]
    fn no_watch_passes_before_its_time(samples in any_watch()) {
        let watched = samples.last().map_or(0, |sample| sample.at.as_second() - at(0).as_second());
        if watched < 120 {
            prop_assert_ne!(verdict(&samples), Verdict::Passed);
        }
    }

    #[test]
    fn a_loss_always_fails(samples in any_watch(), place in any::<prop::sample::Index>(), lost in 1_u64..9) {
        prop_assume!(!samples.is_empty());
        let mut samples = samples;
        let place = place.index(samples.len());
        samples[place].stats = Some(ProbeStats { sent: 100 + lost, stored: 100, ..good() });
        prop_assert!(matches!(verdict(&samples), Verdict::Failed(reason) if reason.contains("not stored")));
    }

    #[test]
    fn a_single_bad_sample_never_fails(count in 1_usize..60, place in any::<prop::sample::Index>(), stats in any_stats()) {
        let mut watch = vec![good(); count];
        watch[place.index(count)] = ProbeStats { sent: 1, stored: 1, ..stats };
        prop_assert!(!matches!(verdict(&samples(watch[..count].to_vec())), Verdict::Failed(reason) if !reason.contains("twice")));
    }

    #[test]
    fn a_failed_watch_stays_failed(samples in any_watch(), more in any_stats()) {
        if let Verdict::Failed(reason) = verdict(&samples) && reason.contains("in a row") {
            let mut samples = samples;
            let next = at(samples.last().unwrap().at.as_second() - at(0).as_second() + 5);
            samples.push(Sample { at: next, problem: None, stats: Some(ProbeStats { sent: 0, stored: 0, ..more }) });
            prop_assert!(matches!(verdict(&samples), Verdict::Failed(_)));
        }
    }

    #[test]
    fn every_watch_ends(samples in any_watch()) {
        let watched = samples.last().map_or(0, |sample| sample.at.as_second() - at(0).as_second());
        if watched >= 240 {
            prop_assert_ne!(verdict(&samples), Verdict::Pending);
        }
    }
}

#[test]
fn the_canary_s_own_measurements_count_as_well() {
    let failed = |why: &str| Verdict::Failed(why.to_owned());
    assert_eq!(Verdict::Passed.and_canary(Verdict::Passed), Verdict::Passed);
    assert_eq!(Verdict::Passed.and_canary(Verdict::Pending), Verdict::Pending);
    assert_eq!(Verdict::Pending.and_canary(Verdict::Passed), Verdict::Pending);
    let slow = failed("p95 is 900 ms");
    assert_eq!(Verdict::Pending.and_canary(slow.clone()), failed("measured at the canary, p95 is 900 ms"));
    assert_eq!(failed("a reading is lost").and_canary(slow), failed("a reading is lost"));
}

#[test]
fn a_rollout_is_judged_by_its_share_of_failed_requests() {
    let rollout = |requests, failed| Summary { requests, failed, ..Summary::default() };
    assert_eq!(evaluate_rollout(&rollout(0, 0), &LIMITS), None, "nothing was measured");
    assert_eq!(evaluate_rollout(&rollout(100, 1), &LIMITS), None);
    let costly = evaluate_rollout(&rollout(125, 35), &LIMITS).unwrap();
    assert_eq!(costly, "the rollout made 35 of 125 requests fail (28.0 %), more than 1.0 %");
    let none = Thresholds { rollout_error_rate: 0.0, ..LIMITS };
    assert!(evaluate_rollout(&rollout(1000, 1), &none).is_some());
}
