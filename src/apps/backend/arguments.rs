//! The command line and the environment variables of the backend.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Parser, Subcommand};
use seasense::apps::shared::token::{EnrolmentKey, WeakKey};

use super::credentials::{Credentials, CredentialsError, Url};
use super::migrate;
use super::serve::Listen;

/// Store readings of buoys and publish them
#[derive(Debug, Parser)]
#[command(name = "seasense-backend", version, about)]
pub struct Arguments {
    /// Command to run; `serve` by default
    #[command(subcommand)]
    pub command: Option<Command>,
    /// File with the database's URL; default: the variable `DATABASE_URL`
    #[arg(long, env = "DATABASE_URI_FILE", value_name = "FILE", global = true)]
    database_uri_file: Option<PathBuf>,
    /// File with the database's password; it replaces the one in the URL
    #[arg(long, env = "DATABASE_PASSWORD_FILE", value_name = "FILE", global = true)]
    database_password_file: Option<PathBuf>,
    /// Log filter, in the syntax of `RUST_LOG`
    #[arg(long, env = "LOG", default_value = "info,sqlx::postgres::notice=warn", global = true)]
    pub log: String,
    /// Address of the API
    #[arg(long, env = "LISTEN", default_value = "0.0.0.0:8000", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Address of the metrics
    #[arg(long, env = "METRICS_LISTEN", default_value = "0.0.0.0:9090", value_name = "ADDRESS")]
    metrics_listen: SocketAddr,
    /// Maximum number of database connections
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = 10, value_name = "NUMBER")]
    pub connections: u32,
    /// Seconds to keep serving, unready, after SIGTERM
    #[arg(long, env = "DRAIN_SECONDS", default_value_t = 5, value_name = "SECONDS")]
    drain: u64,
    /// Seconds for running requests to finish after that
    #[arg(long, env = "GRACE_SECONDS", default_value_t = 34, value_name = "SECONDS")]
    grace: u64,
}

/// The commands of the backend.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Serve the API
    Serve,
    /// Migrate the schema to the newest version and enrol the fleet
    Migrate(Migrate),
    /// Print the OpenAPI document
    Openapi,
}

/// Settings of `migrate`.
#[derive(Debug, Clone, clap::Args)]
pub struct Migrate {
    /// Number of buoys to enrol in addition to the probe buoys, from `buoy-001`; requires the key
    #[arg(long, env = "BUOYS", default_value_t = 0, value_name = "NUMBER")]
    buoys: u32,
    /// File with the key from which the buoys' tokens are derived
    #[arg(long, env = "ENROLMENT_KEY_FILE", value_name = "FILE")]
    enrolment_key_file: Option<PathBuf>,
    /// Seconds to wait for the database
    #[arg(long, env = "WAIT_SECONDS", default_value_t = 120, value_name = "SECONDS")]
    wait: u64,
}

/// An invalid setting.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file cannot be read.
    #[error("cannot read {0}")]
    File(PathBuf, #[source] std::io::Error),
    /// The enrolment key is too short.
    #[error("{0}")]
    Key(PathBuf, #[source] WeakKey),
}

impl Arguments {
    /// Returns the credentials of the database.
    pub fn credentials(&self) -> Result<Credentials, CredentialsError> {
        let url = match &self.database_uri_file {
            Some(file) => Url::File(file.clone()),
            None => Url::Text(url_from_environment().ok_or(CredentialsError::Missing)?),
        };
        Credentials::read(url, self.database_password_file.clone())
    }

    /// Returns the addresses and time limits of `serve`.
    pub fn listen(&self) -> Listen {
        Listen {
            api: self.listen,
            metrics: self.metrics_listen,
            drain: Duration::from_secs(self.drain),
            grace: Duration::from_secs(self.grace),
        }
    }
}

impl Migrate {
    /// Returns the migration request.
    pub fn request(&self) -> Result<migrate::Request, SettingsError> {
        let key = |file: &PathBuf| {
            EnrolmentKey::new(&read(file)?).map_err(|weak| SettingsError::Key(file.clone(), weak))
        };
        let key = self.enrolment_key_file.as_ref().map(key).transpose()?;
        Ok(migrate::Request { wait: Duration::from_secs(self.wait), fleet: key.map(|key| (key, self.buoys)) })
    }
}

fn read(file: &Path) -> Result<String, SettingsError> {
    std::fs::read_to_string(file).map_err(|error| SettingsError::File(file.to_owned(), error))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the URL contains a password, and every user of the machine can read the arguments"
)]
fn url_from_environment() -> Option<String> {
    std::env::var("DATABASE_URL").ok()
}
