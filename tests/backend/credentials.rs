//! A changed password of the database is read from the mounted file, without a restart or a lost request.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use tempfile::TempDir;

use crate::backend::{Backend, migrate, migrate_with};
use crate::client::{Api, batch, problem_body, reading};
use crate::database::Database;

/// Time between the change of the role and the change of the file.
const GAP: Duration = Duration::from_secs(3);

/// A mounted Secret with the URL of the database.
struct Mounted {
    folder: TempDir,
}

impl Mounted {
    fn new(url: &str) -> Self {
        let mounted = Self { folder: TempDir::new().unwrap() };
        mounted.replace(url);
        mounted
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("uri")
    }

    /// Replaces the file at once, as a mounted Secret does.
    fn replace(&self, url: &str) {
        let new = self.folder.path().join("new");
        std::fs::write(&new, url).unwrap();
        std::fs::rename(new, self.file()).unwrap();
    }

    fn serve(&self) -> Backend {
        Backend::serve_with(("DATABASE_URI_FILE", self.file().to_str().unwrap()))
    }
}

/// A migrated database that asks for this password.
async fn with_password(password: &str) -> (Database, Mounted) {
    let database = Database::start().await;
    assert!(migrate(&database, 3).status.success());
    database.set_password(password).await;
    let mounted = Mounted::new(&database.url_with(password));
    (database, mounted)
}

async fn pause(time: Duration) {
    let _ = tokio::time::timeout(time, std::future::pending::<()>()).await;
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn rotation_under_load_costs_no_request() {
    let (database, mounted) = with_password("first").await;
    let backend = mounted.serve();
    let api = Api::new(&backend);
    let (ended, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let load: Vec<_> = (1..=3)
        .map(|buoy| {
            let (api, ended, sent) = (api.clone(), ended.clone(), sent.clone());
            tokio::spawn(async move {
                let code = format!("buoy-{buoy:03}");
                let mut seq = 0;
                while !ended.load(Ordering::Relaxed) {
                    seq += 1;
                    assert_eq!(api.store(&batch(&code, vec![reading(seq)])).await.accepted, 1);
                    api.get("/api/v1/summary").await;
                    sent.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for (index, password) in ["second", "third", "fourth"].into_iter().enumerate() {
        // The file may change before or after the role.
        let role_first = index % 2 == 0;
        if role_first {
            database.set_password(password).await;
            pause(GAP).await;
        }
        mounted.replace(&database.url_with(password));
        if !role_first {
            pause(GAP).await;
            database.set_password(password).await;
        }
        let before = sent.load(Ordering::Relaxed);
        let began = Instant::now();
        while sent.load(Ordering::Relaxed) < before + 6 {
            assert!(began.elapsed() < Duration::from_secs(20), "no request was served after the rotation");
            pause(Duration::from_millis(50)).await;
        }
    }
    ended.store(true, Ordering::Relaxed);
    for task in load {
        task.await.expect("every request is served");
    }
    let stored = api.get("/api/v1/summary").await["readings"].as_u64().unwrap();
    assert_eq!(stored, sent.load(Ordering::Relaxed));
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn lasting_refusal_is_a_503_with_its_own_code() {
    let (database, mounted) = with_password("first").await;
    let backend = mounted.serve();
    let api = Api::new(&backend);
    let get = async |path| api.request(Method::GET, path).send().await.unwrap();
    assert_eq!(api.get("/readyz").await["status"], "ok");
    database.set_password("second").await;

    let began = Instant::now();
    let readings = batch("buoy-001", vec![reading(1)]);
    let (read, write) = tokio::join!(get("/api/v1/summary"), api.post(&readings));
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    for response in [read, write] {
        assert!(response.headers().contains_key("retry-after"));
        let problem = problem_body(response, 503).await;
        assert_eq!(problem["code"], "database-credentials", "{problem}");
    }
    // The cause is visible within the time limit of a probe, and the gateway still has a backend to ask.
    let began = Instant::now();
    assert_eq!(problem_body(get("/api/v1/summary").await, 503).await["code"], "database-credentials");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(api.get("/readyz").await["status"], "ok");
    // A new process does not become ready.
    let second = mounted.serve();
    let ready = Api::new(&second).request(Method::GET, "/readyz").send().await.unwrap();
    assert_eq!(problem_body(ready, 503).await["code"], "database-credentials");

    mounted.replace(&database.url_with("second"));
    assert_eq!(api.store(&readings).await.accepted, 1);
    assert_eq!(Api::new(&second).get("/readyz").await["status"], "ok");
}

#[tokio::test]
#[ignore = "needs Docker and the built database image"]
async fn migration_waits_for_the_credentials_to_be_replaced() {
    let (database, mounted) = with_password("first").await;
    database.set_password("second").await;
    let file = mounted.file();
    let migration =
        tokio::task::spawn_blocking(move || migrate_with(("DATABASE_URI_FILE", file.to_str().unwrap()), 4));
    pause(GAP).await;
    mounted.replace(&database.url_with("second"));
    let migrated = migration.await.unwrap();
    assert!(migrated.status.success(), "{}", migrated.log);
    assert!(migrated.log.contains("waiting for the database"), "{}", migrated.log);
}
