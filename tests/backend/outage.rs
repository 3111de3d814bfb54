//! While the database is unavailable nothing is acknowledged; afterwards the backend recovers without a
//! restart.

use std::time::{Duration, Instant};

use reqwest::Method;

use crate::backend::Backend;
use crate::client::{Api, batch, problem, reading};
use crate::database::Database;

/// Duration of the simulated failover.
const FAILOVER: Duration = Duration::from_secs(3);

/// Time limit for the backend to reconnect.
const RECOVERY: Duration = Duration::from_secs(15);

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn requests_wait_for_the_next_primary_after_a_failover() {
    let database = Database::start().await;
    let backend = Backend::start(&database);
    let api = Api::new(&backend);
    api.store(&batch("buoy-001", vec![reading(1)])).await;
    database.as_superuser("postgres", "ALTER DATABASE seasense SET default_transaction_read_only = on").await;
    database.as_superuser("postgres", END_CONNECTIONS).await;

    // A request during the failover does not fail: the next primary serves it.
    let promote = async {
        let _ = tokio::time::timeout(FAILOVER, std::future::pending::<()>()).await;
        let again = "ALTER DATABASE seasense RESET default_transaction_read_only";
        database.as_superuser("postgres", again).await;
    };
    let began = Instant::now();
    let readings = batch("buoy-001", vec![reading(1), reading(2)]);
    let (answer, ()) = tokio::join!(api.store(&readings), promote);
    assert_eq!(answer.duplicate, 1);
    assert_eq!(answer.accepted, 1);
    assert!(began.elapsed() >= FAILOVER, "{:?}", began.elapsed());
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn unreachable_server_causes_503_in_time() {
    let database = Database::start().await;
    let backend = Backend::start(&database);
    let api = Api::new(&backend);
    api.store(&batch("buoy-001", vec![reading(1)])).await;
    database.freeze().await;
    let began = Instant::now();
    let ready = api.request(Method::GET, "/readyz").send().await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let began = Instant::now();
    let (write, read) = tokio::join!(async { api.post(&batch("buoy-001", vec![reading(2)])).await }, async {
        api.request(Method::GET, "/api/v1/summary").send().await.unwrap()
    },);
    assert!(began.elapsed() < Duration::from_secs(39), "{:?}", began.elapsed());
    for response in [write, read, ready] {
        assert!(response.headers().contains_key("retry-after"));
        problem(response, 503).await;
    }
    assert_eq!(api.get("/healthz").await["status"], "ok");
    database.thaw().await;

    let began = Instant::now();
    loop {
        let response = api.post(&batch("buoy-001", vec![reading(1), reading(2)])).await;
        if response.status() == 200 {
            break;
        }
        problem(response, 503).await;
        assert!(began.elapsed() < RECOVERY, "the backend did not reconnect to the database");
    }
    assert_eq!(database.number("SELECT count(*) FROM reading").await, 2);
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn process_starts_and_stops_without_a_schema() {
    let database = Database::start().await;
    let backend = Backend::serve(&database);
    let api = Api::new(&backend);
    assert_eq!(api.get("/healthz").await["status"], "ok");
    let detail = problem(api.request(Method::GET, "/readyz").send().await.unwrap(), 503).await;
    assert!(detail.contains("the schema has version 0"), "{detail}");
    let page = reqwest::get(format!("{}/metrics", backend.metrics)).await.unwrap().text().await.unwrap();
    assert!(page.contains("seasense_http_requests_total{"), "{page}");
    assert!(page.ends_with("# EOF\n"), "{page}");
    let began = Instant::now();
    assert!(backend.stop().success());
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

const END_CONNECTIONS: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'seasense-backend'";
