//! Tests of the verdict: examples of each rule, and what must hold whatever was seen.

use proptest::prelude::*;

use super::*;

const PROMISED: Thresholds =
    Thresholds { error_rate: 0.01, p95_ms: 500.0, freshness_seconds: 60.0, watch: Duration::from_mins(2) };

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

fn good() -> ProbeStats {
    ProbeStats { requests: 50, failed: 0, p95_ms: 40.0, freshness_seconds: Some(2.0), sent: 100, stored: 100 }
}

fn slow() -> ProbeStats {
    ProbeStats { p95_ms: 900.0, ..good() }
}

/// A look every ten seconds.
fn looks(figures: impl IntoIterator<Item = ProbeStats>) -> Vec<Sample> {
    let sample =
        |(index, figures)| Sample { at: at(10 * (index + 1)), trouble: None, figures: Some(figures) };
    (0_i64..).zip(figures).map(sample).collect()
}

fn judged(samples: &[Sample]) -> Verdict {
    evaluate(at(0), samples, &PROMISED)
}

#[test]
fn a_good_watch_is_proved_when_its_time_is_over() {
    assert_eq!(judged(&[]), Verdict::Pending);
    assert_eq!(judged(&looks([good(); 11])), Verdict::Pending);
    assert_eq!(judged(&looks([good(); 12])), Verdict::Passed);
}

#[test]
fn a_lost_reading_is_worse_at_once() {
    let figures = [good(), ProbeStats { sent: 101, ..good() }];
    assert_eq!(judged(&looks(figures)), Verdict::Failed("1 acknowledged readings are not stored".into()));
}

#[test]
fn one_slow_look_does_not_roll_back_and_three_do() {
    let mut watch = vec![good(); 12];
    watch[5] = slow();
    watch[6] = slow();
    assert_eq!(judged(&looks(watch.clone())), Verdict::Passed);
    watch[7] = slow();
    let told = "p95 is 900 ms, more than 500 ms, in 3 looks in a row";
    assert_eq!(judged(&looks(watch)), Verdict::Failed(told.into()));
}

#[test]
fn a_proof_does_not_end_on_a_bad_look_nor_with_many() {
    let mut watch = vec![good(); 12];
    watch[11] = slow();
    assert_eq!(judged(&looks(watch.clone())), Verdict::Pending);
    watch.push(good());
    assert_eq!(judged(&looks(watch)), Verdict::Passed);
    let every_other = || [good(), slow()].into_iter().cycle();
    assert_eq!(judged(&looks(every_other().take(13))), Verdict::Pending);
    let told = "6 of 13 looks were bad";
    assert!(doubt(&looks(every_other().take(13)), &bad(every_other().take(13)), &PROMISED).unwrap() == told);
    let Verdict::Failed(reason) = judged(&looks(every_other().take(25))) else { panic!("it waits for ever") };
    assert_eq!(reason, "12 of 25 looks were bad, after twice the watch time");
}

fn bad(figures: impl IntoIterator<Item = ProbeStats>) -> Vec<Option<String>> {
    looks(figures).iter().map(|sample| fault(at(0), sample, &PROMISED)).collect()
}

#[test]
fn each_promise_has_its_words() {
    let told = |figures| fault(at(0), &looks([figures])[0], &PROMISED);
    assert_eq!(told(good()), None);
    let failing = ProbeStats { failed: 5, ..good() };
    assert_eq!(told(failing).unwrap(), "10.0 % of the requests failed, more than 1.0 %");
    let stale = ProbeStats { freshness_seconds: Some(90.0), ..good() };
    assert_eq!(told(stale), None, "what was before the canary set out does not count");
    let later = |figures| Sample { at: at(70), trouble: None, figures: Some(figures) };
    let told_later = |figures| fault(at(0), &later(figures), &PROMISED).unwrap();
    assert_eq!(told_later(stale), "the newest reading is 90 s old, more than 60 s");
    assert!(told(ProbeStats { p95_ms: f64::NAN, ..good() }).is_some(), "no number is no good number");
    let silent = ProbeStats { freshness_seconds: None, ..good() };
    assert_eq!(told(silent), None, "the first reading is given its time");
    assert_eq!(told_later(silent), "no reading was stored within 70 s");
    let unready =
        Sample { at: at(1), trouble: Some("phase/apps is not ready".into()), figures: Some(good()) };
    assert_eq!(fault(at(0), &unready, &PROMISED).unwrap(), "phase/apps is not ready");
}

#[test]
fn a_watch_in_which_nothing_was_asked_proves_nothing() {
    let idle = ProbeStats { requests: 0, sent: 0, stored: 0, ..good() };
    assert_eq!(judged(&looks([idle; 12])), Verdict::Pending);
    assert!(
        matches!(judged(&looks([idle; 24])), Verdict::Failed(reason) if reason.contains("no request of the canary"))
    );
}

#[test]
fn a_summary_tells_the_worst_and_the_whole() {
    let sum =
        Summary::of(&looks([good(), slow(), ProbeStats { failed: 1, sent: 120, stored: 121, ..good() }]));
    assert_eq!((sum.looks, sum.requests, sum.failed, sum.sent, sum.stored), (3, 150, 1, 120, 121));
    assert_eq!((sum.p95_ms.to_bits(), sum.freshness_seconds), (900.0_f64.to_bits(), Some(2.0)));
}

prop_compose! {
    fn any_figures()(
        requests in 0_u64..100, share in 0.0..1.0_f64, p95_ms in 0.0..1000.0_f64,
        freshness_seconds in proptest::option::of(0.0..120.0_f64), sent in 0_u64..100, extra in 0_u64..3,
    ) -> ProbeStats {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let failed = (requests as f64 * share) as u64;
        ProbeStats { requests, failed, p95_ms, freshness_seconds, sent, stored: sent + extra }
    }
}

prop_compose! {
    /// Looks with pauses of up to 20 seconds; now and then one that fails.
    fn any_watch()(
        looks in proptest::collection::vec((1_i64..20, proptest::option::weighted(0.9, any_figures()), proptest::bool::weighted(0.1)), 0..40)
    ) -> Vec<Sample> {
        let mut time = 0;
        looks.into_iter().map(|(pause, figures, trouble)| {
            time += pause;
            Sample { at: at(time), trouble: trouble.then(|| "unready".to_owned()), figures }
        }).collect()
    }
}

proptest! {
    #[test]
    fn nothing_is_proved_before_the_watch_time(samples in any_watch()) {
        let watched = samples.last().map_or(0, |sample| sample.at.as_second() - at(0).as_second());
        if watched < 120 {
            prop_assert_ne!(judged(&samples), Verdict::Passed);
        }
    }

    #[test]
    fn a_loss_is_always_worse(samples in any_watch(), place in any::<prop::sample::Index>(), lost in 1_u64..9) {
        prop_assume!(!samples.is_empty());
        let mut samples = samples;
        let place = place.index(samples.len());
        samples[place].figures = Some(ProbeStats { sent: 100 + lost, stored: 100, ..good() });
        prop_assert!(matches!(judged(&samples), Verdict::Failed(reason) if reason.contains("not stored")));
    }

    #[test]
    fn one_bad_look_among_good_ones_never_rolls_back(count in 1_usize..60, place in any::<prop::sample::Index>(), figures in any_figures()) {
        let mut watch = vec![good(); count];
        watch[place.index(count)] = ProbeStats { sent: 1, stored: 1, ..figures };
        prop_assert!(!matches!(judged(&looks(watch[..count].to_vec())), Verdict::Failed(reason) if !reason.contains("twice")));
    }

    #[test]
    fn what_is_worse_stays_worse(samples in any_watch(), more in any_figures()) {
        if let Verdict::Failed(reason) = judged(&samples) && reason.contains("in a row") {
            let mut samples = samples;
            let next = at(samples.last().unwrap().at.as_second() - at(0).as_second() + 5);
            samples.push(Sample { at: next, trouble: None, figures: Some(ProbeStats { sent: 0, stored: 0, ..more }) });
            prop_assert!(matches!(judged(&samples), Verdict::Failed(_)));
        }
    }

    #[test]
    fn every_watch_ends(samples in any_watch()) {
        let watched = samples.last().map_or(0, |sample| sample.at.as_second() - at(0).as_second());
        if watched >= 240 {
            prop_assert_ne!(judged(&samples), Verdict::Pending);
        }
    }
}

#[test]
fn what_is_tried_out_is_judged_by_itself_as_well() {
    let worse = |why: &str| Verdict::Failed(why.to_owned());
    assert_eq!(Verdict::Passed.and(Verdict::Passed), Verdict::Passed);
    assert_eq!(Verdict::Passed.and(Verdict::Pending), Verdict::Pending);
    assert_eq!(Verdict::Pending.and(Verdict::Passed), Verdict::Pending);
    assert_eq!(Verdict::Pending.and(worse("p95 is 900 ms")), worse("asked by itself, p95 is 900 ms"));
    assert_eq!(worse("a reading is lost").and(worse("p95 is 900 ms")), worse("a reading is lost"));
}
