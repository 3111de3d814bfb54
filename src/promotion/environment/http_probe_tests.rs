//! Tests of the HTTP probe: statistics per window, failures, and the header of the canary.

use proptest::prelude::*;

use super::*;
use crate::base::wait::{Deadline, Observation, wait};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

/// A log with one successful request per second, from second 1.
fn log(times: &[u64]) -> RequestLog {
    let mut log = RequestLog::default();
    for (second, time) in (1..).zip(times) {
        log.add(at(second), Duration::from_millis(*time), Some(200));
    }
    log
}

#[test]
fn failures_are_counted_and_only_responses_have_a_time() {
    let mut log = log(&[10]);
    log.add(at(2), Duration::from_secs(3), None);
    log.add(at(3), Duration::from_millis(20), Some(503));
    log.add(at(4), Duration::from_millis(20), Some(404));
    let stats = log.stats(at(0), at(4));
    assert_eq!(stats.failed, 2);
    assert_eq!(stats.requests, 4);
    assert!((stats.p95_ms - 20.0).abs() < 1e-9);
    assert_eq!(log.stats(at(4), at(9)), RequestStats::default());
}

#[test]
fn adjacent_windows_count_each_request_once() {
    let log = log(&[10, 20, 30, 40]);
    assert_eq!(log.stats(at(0), at(2)).requests, 2);
    assert_eq!(log.stats(at(2), at(4)).requests, 2);
    assert_eq!(log.stats(at(0), at(2)).requests, 2, "a read does not reset the log");
    assert_eq!(log.stats(at(0), at(4)).requests, 4);
}

proptest! {
    #[test]
    fn p95_is_an_observed_time_and_95_percent_are_not_slower(times in prop::collection::vec(0_u64..5000, 1..200)) {
        let p95 = log(&times).stats(at(0), at(200)).p95_ms;
        let within = times.iter().filter(|time| f64::from(u32::try_from(**time).unwrap()) <= p95 + 1e-6).count();
        prop_assert!(within * 100 >= times.len() * 95);
        prop_assert!(times.iter().any(|time| (f64::from(u32::try_from(*time).unwrap()) - p95).abs() < 1e-6));
    }
}

/// Waits until the probe has logged `count` requests and returns their statistics.
async fn measured(probe: &HttpProbe, count: u64) -> RequestStats {
    let limit = Deadline::after(Duration::from_secs(20));
    wait(limit, Duration::from_millis(10), "wait for requests", || async {
        let stats = probe.stats(Timestamp::MIN, Timestamp::MAX);
        Ok(if stats.requests >= count {
            Observation::Ready(stats)
        } else {
            Observation::Pending(String::new())
        })
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn every_request_to_a_closed_port_fails() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let probe = HttpProbe::start(PublicEndpoint::without_trust("seasense.localhost", port).unwrap());
    let stats = measured(&probe, 1).await;
    assert_eq!(stats.failed, stats.requests);
}

/// Serves responses with these headers in turn; returns the port and the received requests.
async fn server(headers: &'static [&'static str]) -> (u16, Arc<Mutex<Vec<String>>>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let received = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&received);
    tokio::spawn(async move {
        for header in headers.iter().cycle() {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let read = stream.read(&mut request).await.unwrap();
            log.lock().unwrap().push(String::from_utf8_lossy(&request[..read]).into_owned());
            let response =
                format!("HTTP/1.1 200 OK\r\n{header}content-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(response.as_bytes()).await.unwrap();
        }
    });
    (port, received)
}

#[tokio::test]
async fn a_response_without_the_canary_header_is_a_failure() {
    let (port, received) = server(&["x-seasense-canary: always\r\n", "", "x-seasense-canary: no\r\n"]).await;
    let stats = measured(&HttpProbe::of_canary(PublicEndpoint::plain(port)), 6).await;
    let succeeded = stats.requests - stats.failed;
    assert!(succeeded >= 2 && stats.failed >= succeeded, "{stats:?}");
    let received = received.lock().unwrap();
    let marked = |request: &String| request.contains("x-seasense-canary: always");
    assert!(received.iter().all(marked), "{received:?}");
}

#[tokio::test]
async fn ordinary_requests_have_no_canary_header() {
    let (port, received) = server(&[""]).await;
    let stats = measured(&HttpProbe::start(PublicEndpoint::plain(port)), 3).await;
    assert_eq!(stats.failed, 0);
    let received = received.lock().unwrap();
    assert!(!received.iter().any(|request| request.contains("x-seasense-canary")), "{received:?}");
}
