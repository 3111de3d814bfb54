//! `serve`: serves the API and the metrics until a shutdown is requested.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use seasense::apps::shared::shutdown::{self, Shutdown};
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::routes;
use super::state::App;

/// The addresses to listen on, and the time limits of the shutdown.
#[derive(Debug, Clone, Copy)]
pub struct Listen {
    /// Address of the API.
    pub api: SocketAddr,
    /// Address of the metrics.
    pub metrics: SocketAddr,
    /// How long to keep serving after the signal, unready, so that load balancers stop sending requests first.
    pub drain: Duration,
    /// How long running requests may take after that.
    pub grace: Duration,
}

/// Serves until a shutdown is requested, then finishes running requests.
pub async fn run(app: App, listen: Listen, shutdown: Shutdown) -> std::io::Result<()> {
    let api = TcpListener::bind(listen.api).await?;
    let metrics = TcpListener::bind(listen.metrics).await?;
    tracing::info!(api = %api.local_addr()?, metrics = %metrics.local_addr()?, "listening");
    let (ended, end) = tokio::sync::watch::channel(false);
    let api = tokio::spawn(serve(api, routes::api(app.clone()), end.clone()));
    let metrics = tokio::spawn(serve(metrics, routes::metrics(app.clone()), end));
    shutdown::requested(shutdown).await;
    app.drain();
    // Load balancers may send requests until they have observed the readiness probe. No condition shows that,
    // so wait.
    let _ = timeout(listen.drain, std::future::pending::<()>()).await;
    let _ = ended.send(true);
    let finish = async {
        let _ = tokio::join!(api, metrics);
        app.database.close().await;
    };
    if timeout(listen.grace, finish).await.is_err() {
        tracing::warn!(grace_s = listen.grace.as_secs(), "running requests are aborted");
    }
    tracing::info!("stopped");
    Ok(())
}

async fn serve(listener: TcpListener, router: Router, end: Shutdown) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(shutdown::requested(end)).await
}
