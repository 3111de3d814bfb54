//! A client that sends requests continuously and logs failures and response times.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;

use crate::workloads::PublicEndpoint;

/// The requested paths, in turn: the page, and the API requests that the page sends.
const PATHS: [&str; 3] = ["/", "/api/v1/summary", "/api/v1/latest"];
/// The paths that are requested from the canary.
const API: [&str; 2] = ["/api/v1/summary", "/api/v1/latest"];
/// The header that routes a request to the canary, whose response has it too; see
/// `gitops/apps/canary/route.yaml`.
const CANARY_HEADER: (&str, &str) = ("x-seasense-canary", "always");
/// The pause after each response.
const PAUSE: Duration = Duration::from_millis(150);

/// One finished request.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Request {
    finished: Timestamp,
    /// `None` without a response.
    took_ms: Option<f64>,
    failed: bool,
}

/// All finished requests. A promotion of an hour logs about 20,000 of them.
#[derive(Debug, Default)]
struct RequestLog(Vec<Request>);

/// The requests of one time window.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RequestStats {
    /// Finished requests.
    pub requests: u64,
    /// Requests without a response, or with a status code of 500 or more.
    pub failed: u64,
    /// The 95th percentile of the response times in milliseconds; 0 without a response.
    pub p95_ms: f64,
}

impl RequestLog {
    fn add(&mut self, finished: Timestamp, took: Duration, code: Option<u16>) {
        let took_ms = code.map(|_| took.as_secs_f64() * 1000.0);
        self.0.push(Request { finished, took_ms, failed: code.is_none_or(|code| code >= 500) });
    }

    /// Evaluates the requests that finished after `since` and not after `until`.
    fn stats(&self, since: Timestamp, until: Timestamp) -> RequestStats {
        let in_window = |request: &&Request| request.finished > since && request.finished <= until;
        let requests: Vec<&Request> = self.0.iter().filter(in_window).collect();
        RequestStats {
            requests: requests.len() as u64,
            failed: requests.iter().filter(|request| request.failed).count() as u64,
            p95_ms: p95(requests.iter().filter_map(|request| request.took_ms).collect()),
        }
    }
}

fn p95(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    let rank = (times.len() * 95).div_ceil(100);
    rank.checked_sub(1).and_then(|at| times.get(at)).copied().unwrap_or_default()
}

/// A running client. It stops when this is dropped.
pub struct HttpProbe {
    log: Arc<Mutex<RequestLog>>,
    task: tokio::task::JoinHandle<()>,
}

impl HttpProbe {
    /// Starts to request the page and the API.
    pub fn start(public: PublicEndpoint) -> Self {
        Self::run(&PATHS, move |path| {
            let public = public.clone();
            async move { public.get(path).await.ok().map(|(code, _)| code) }
        })
    }

    /// Starts to request the API from the canary. A response from another backend counts as no response.
    pub fn of_canary(public: PublicEndpoint) -> Self {
        Self::run(&API, move |path| {
            let public = public.clone();
            async move {
                let response = public.get_with_header(path, CANARY_HEADER).await.ok();
                response.filter(|(_, marked)| *marked).map(|(code, _)| code)
            }
        })
    }

    fn run<F>(paths: &'static [&'static str], get: impl Fn(&'static str) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Option<u16>> + Send,
    {
        let log = Arc::new(Mutex::new(RequestLog::default()));
        let writer = Arc::clone(&log);
        let task = tokio::spawn(async move {
            for path in paths.iter().cycle() {
                let started = Instant::now();
                let code = get(path).await;
                let (finished, took) = (Timestamp::now(), started.elapsed());
                writer.lock().unwrap_or_else(PoisonError::into_inner).add(finished, took, code);
                crate::base::wait::pause(PAUSE).await;
            }
        });
        Self { log, task }
    }

    /// Evaluates the requests that finished after `since` and not after `until`. Does not change the log.
    pub fn stats(&self, since: Timestamp, until: Timestamp) -> RequestStats {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).stats(since, until)
    }
}

impl Drop for HttpProbe {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[cfg(test)]
#[path = "http_probe_tests.rs"]
mod tests;
