//! Somebody who reads all the time: how often an answer failed, and how long answers took.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::workloads::PublicEndpoint;

/// What is asked for, in turn: the page, and what it shows.
const PATHS: [&str; 3] = ["/", "/api/v1/summary", "/api/v1/latest"];
/// What whoever is tried out is asked for.
const API: [&str; 2] = ["/api/v1/summary", "/api/v1/latest"];
/// Who bears this in a request wants what is tried out, whose answers bear it too: `gitops/apps/canary/route.yaml`.
const MARK: (&str, &str) = ("x-seasense-canary", "always");
/// The pause after each answer.
const PAUSE: Duration = Duration::from_millis(150);

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Samples {
    /// How long each answer took, in milliseconds.
    answered_ms: Vec<f64>,
    /// Requests that nobody answered.
    given_up: u64,
    /// Answers with a code of 500 or more.
    errors: u64,
}

impl Samples {
    fn add(&mut self, took: Duration, code: Option<u16>) {
        match code {
            Some(code) => {
                self.answered_ms.push(took.as_secs_f64() * 1000.0);
                self.errors += u64::from(code >= 500);
            }
            None => self.given_up += 1,
        }
    }

    /// All requests.
    pub fn requests(&self) -> u64 {
        self.answered_ms.len() as u64 + self.given_up
    }

    /// Requests that were given up, or answered with a code of 500 or more.
    pub const fn failed(&self) -> u64 {
        self.given_up + self.errors
    }

    /// 95 of 100 answers came within this many milliseconds; 0 without an answer.
    pub fn p95_ms(&self) -> f64 {
        let mut sorted = self.answered_ms.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (sorted.len() * 95).div_ceil(100);
        rank.checked_sub(1).and_then(|at| sorted.get(at)).copied().unwrap_or_default()
    }
}

/// The asking, as long as this lives.
pub struct Probes {
    samples: Arc<Mutex<Samples>>,
    task: tokio::task::JoinHandle<()>,
}

impl Probes {
    /// Begins to ask, as everybody does.
    pub fn start(public: PublicEndpoint) -> Self {
        Self::ask(&PATHS, move |path| {
            let public = public.clone();
            async move { public.get(path).await.ok().map(|(code, _)| code) }
        })
    }

    /// Begins to ask for what is tried out. What somebody else answers, it did not.
    pub fn of_canary(public: PublicEndpoint) -> Self {
        Self::ask(&API, move |path| {
            let public = public.clone();
            async move {
                let answer = public.get_with_header(path, MARK).await.ok();
                answer.filter(|(_, marked)| *marked).map(|(code, _)| code)
            }
        })
    }

    fn ask<F>(paths: &'static [&'static str], get: impl Fn(&'static str) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Option<u16>> + Send,
    {
        let samples = Arc::new(Mutex::new(Samples::default()));
        let noted = Arc::clone(&samples);
        let task = tokio::spawn(async move {
            for path in paths.iter().cycle() {
                let begun = Instant::now();
                let code = get(path).await;
                noted.lock().unwrap_or_else(PoisonError::into_inner).add(begun.elapsed(), code);
                crate::base::wait::pause(PAUSE).await;
            }
        });
        Self { samples, task }
    }

    /// What was counted since the last time.
    pub fn take(&self) -> Samples {
        std::mem::take(&mut *self.samples.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Probes {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn samples(times: &[u64]) -> Samples {
        let mut samples = Samples::default();
        for time in times {
            samples.add(Duration::from_millis(*time), Some(200));
        }
        samples
    }

    #[test]
    fn failures_are_counted_and_only_answers_have_a_time() {
        let mut seen = samples(&[10]);
        seen.add(Duration::from_secs(3), None);
        seen.add(Duration::from_millis(20), Some(503));
        seen.add(Duration::from_millis(20), Some(404));
        assert_eq!((seen.failed(), seen.requests()), (2, 4));
        assert!((seen.p95_ms() - 20.0).abs() < 1e-9);
        assert!(samples(&[]).p95_ms().abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn the_95th_of_100_is_one_that_was_seen_and_95_are_no_slower(times in prop::collection::vec(0_u64..5000, 1..200)) {
            let p95 = samples(&times).p95_ms();
            let within = times.iter().filter(|time| f64::from(u32::try_from(**time).unwrap()) <= p95 + 1e-6).count();
            prop_assert!(within * 100 >= times.len() * 95);
            prop_assert!(times.iter().any(|time| (f64::from(u32::try_from(*time).unwrap()) - p95).abs() < 1e-6));
        }
    }

    #[tokio::test]
    async fn nobody_who_answers_is_a_failure_each_time() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let probes = Probes::start(PublicEndpoint::without_trust("seasense.localhost", port).unwrap());
        let seen = counted(&probes, 1).await;
        assert_eq!(seen.failed(), seen.requests());
    }

    /// What was counted once it is `count` requests or more.
    async fn counted(probes: &Probes, count: u64) -> Samples {
        let all = Mutex::new(Samples::default());
        crate::base::wait::wait(
            crate::base::wait::Deadline::after(Duration::from_secs(20)),
            Duration::from_millis(10),
            "see it ask",
            || async {
                let (seen, mut all) = (probes.take(), all.lock().unwrap());
                all.answered_ms.extend(seen.answered_ms);
                all.given_up += seen.given_up;
                all.errors += seen.errors;
                let enough = all.requests() >= count;
                Ok(if enough {
                    crate::base::wait::Observation::Ready(all.clone())
                } else {
                    crate::base::wait::Observation::Pending(String::new())
                })
            },
        )
        .await
        .unwrap()
    }

    /// Answers each connection once, with these headers in turn; gives its port, and what was asked for.
    async fn answering(headers: &'static [&'static str]) -> (u16, Arc<Mutex<Vec<String>>>) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        tokio::spawn(async move {
            for header in headers.iter().cycle() {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = [0; 4096];
                let read = stream.read(&mut request).await.unwrap();
                noted.lock().unwrap().push(String::from_utf8_lossy(&request[..read]).into_owned());
                let answer =
                    format!("HTTP/1.1 200 OK\r\n{header}content-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        (port, asked)
    }

    #[tokio::test]
    async fn what_is_tried_out_is_asked_by_name_and_has_not_answered_what_another_did() {
        let (port, asked) =
            answering(&["x-seasense-canary: always\r\n", "", "x-seasense-canary: no\r\n"]).await;
        let seen = counted(&Probes::of_canary(PublicEndpoint::plain(port)), 6).await;
        let (answered, failed) = (seen.answered_ms.len() as u64, seen.failed());
        assert_eq!((seen.errors, failed + answered), (0, seen.requests()));
        assert!(answered >= 2 && failed >= answered, "{seen:?}");
        let asked = asked.lock().unwrap();
        assert!(asked.iter().all(|request| request.contains("x-seasense-canary: always")), "{asked:?}");
    }

    #[tokio::test]
    async fn everybody_takes_what_anybody_answers() {
        let (port, asked) = answering(&[""]).await;
        let seen = counted(&Probes::start(PublicEndpoint::plain(port)), 3).await;
        assert_eq!(seen.failed(), 0);
        let asked = asked.lock().unwrap();
        assert!(!asked.iter().any(|request| request.contains("x-seasense-canary")), "{asked:?}");
    }
}
