//! `seasense-frontend`: serves the public page, a directory of static files.

mod headers;
mod media;
mod metrics;
mod operations;
mod page;
mod settings;
mod shutdown;
mod site;

use std::{process::ExitCode, sync::Arc};

use axum::Router;
use clap::Parser;
use tokio::net::TcpListener;
use tracing::{error, info};

use crate::{metrics::Metrics, settings::Settings, shutdown::Shutdown, site::Site};

#[tokio::main]
async fn main() -> ExitCode {
    let settings = Settings::parse();
    tracing_subscriber::fmt().json().with_env_filter(settings.log.as_str()).with_current_span(false).init();
    match run(settings).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            error!(cause = %cause, "seasense-frontend failed");
            ExitCode::FAILURE
        }
    }
}

/// The reason why the server could not start or failed.
#[derive(Debug, thiserror::Error)]
enum ServerError {
    #[error(transparent)]
    Site(#[from] site::SiteError),
    #[error("cannot listen on {address}: {source}")]
    Listen { address: std::net::SocketAddr, source: std::io::Error },
    #[error("cannot listen for signals: {0}")]
    Signals(std::io::Error),
    #[error("serving failed: {0}")]
    Serve(std::io::Error),
}

async fn run(settings: Settings) -> Result<(), ServerError> {
    let site = Arc::new(Site::load(&settings.root)?);
    let metrics = Arc::new(Metrics::default());
    let shutdown = Shutdown::on_signals().map_err(ServerError::Signals)?;
    let headers = headers::security_headers(settings.hsts_seconds);
    let page = page::router(Arc::clone(&site), Arc::clone(&metrics), headers);
    let operations = operations::router(metrics);
    let (public, private) = (listen(settings.listen).await?, listen(settings.operations_listen).await?);
    info!(
        listen = %settings.listen, operations = %settings.operations_listen, root = %settings.root.display(),
        files = site.len(), bytes = site.bytes(), "serving the page"
    );
    let serving =
        async { tokio::try_join!(serve(public, page, &shutdown), serve(private, operations, &shutdown)) };
    if let Some(result) = shutdown.limit(serving).await {
        result.map_err(ServerError::Serve)?;
    } else {
        info!("open connections were closed after the shutdown time limit");
    }
    info!("stopped");
    Ok(())
}

async fn listen(address: std::net::SocketAddr) -> Result<TcpListener, ServerError> {
    TcpListener::bind(address).await.map_err(|source| ServerError::Listen { address, source })
}

async fn serve(listener: TcpListener, router: Router, shutdown: &Shutdown) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(shutdown.clone().requested()).await
}
