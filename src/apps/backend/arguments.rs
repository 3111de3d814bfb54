//! The command line and the environment variables of the backend.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clap::{Parser, Subcommand};
use seasense::apps::shared::token::{EnrolmentKey, WeakKey};
use sqlx::postgres::PgConnectOptions;

use super::migrate;
use super::serve::Listen;

/// Takes readings of buoys and publishes them.
#[derive(Debug, Parser)]
#[command(name = "seasense-backend", version, about)]
pub struct Arguments {
    /// What to do; serves the API when nothing is said
    #[command(subcommand)]
    pub verb: Option<Verb>,
    /// File that holds the database's URL; without it the variable `DATABASE_URL` is read
    #[arg(long, env = "DATABASE_URI_FILE", value_name = "FILE", global = true)]
    database_uri_file: Option<PathBuf>,
    /// Filter of the log, in the syntax of `RUST_LOG`
    #[arg(long, env = "LOG", default_value = "info,sqlx::postgres::notice=warn", global = true)]
    pub log: String,
    /// Address of the API
    #[arg(long, env = "LISTEN", default_value = "0.0.0.0:8000", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Address of the metrics
    #[arg(long, env = "METRICS_LISTEN", default_value = "0.0.0.0:9090", value_name = "ADDRESS")]
    metrics_listen: SocketAddr,
    /// Connections to the database at most
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = 10, value_name = "NUMBER")]
    pub connections: u32,
    /// Seconds to serve on, unready, after being asked to end
    #[arg(long, env = "DRAIN_SECONDS", default_value_t = 5, value_name = "SECONDS")]
    drain: u64,
    /// Seconds that running requests get to finish after that
    #[arg(long, env = "GRACE_SECONDS", default_value_t = 34, value_name = "SECONDS")]
    grace: u64,
}

/// What the backend can do.
#[derive(Debug, Clone, Subcommand)]
pub enum Verb {
    /// Serve the API
    Serve,
    /// Bring the schema to the newest version and enrol the fleet
    Migrate(Migrate),
    /// Print the OpenAPI document
    Openapi,
}

/// Settings of `migrate`.
#[derive(Debug, Clone, clap::Args)]
pub struct Migrate {
    /// Buoys to enrol beside the canaries, `buoy-001` to this number; needs the key
    #[arg(long, env = "BUOYS", default_value_t = 0, value_name = "NUMBER")]
    buoys: u32,
    /// File that holds the key which the buoys' tokens are derived from
    #[arg(long, env = "ENROLMENT_KEY_FILE", value_name = "FILE")]
    enrolment_key_file: Option<PathBuf>,
    /// Seconds to wait for the database
    #[arg(long, env = "WAIT_SECONDS", default_value_t = 120, value_name = "SECONDS")]
    wait: u64,
}

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// Neither the file nor the variable is given.
    #[error("no database is named: set DATABASE_URL or DATABASE_URI_FILE")]
    NoDatabase,
    /// The URL cannot be read. Its text is not repeated: it holds a password.
    #[error("the database's URL is not one of PostgreSQL")]
    Url,
    /// A file cannot be read.
    #[error("read {0}")]
    File(PathBuf, #[source] std::io::Error),
    /// The enrolment key is too short.
    #[error("{0}")]
    Key(PathBuf, #[source] WeakKey),
}

impl Arguments {
    /// Where the database is.
    pub fn database(&self) -> Result<PgConnectOptions, Wrong> {
        let url = match &self.database_uri_file {
            Some(file) => read(file)?,
            None => url_from_environment().ok_or(Wrong::NoDatabase)?,
        };
        PgConnectOptions::from_str(url.trim()).map_err(|_| Wrong::Url)
    }

    /// Where to listen.
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
    /// What to migrate and enrol.
    pub fn request(&self) -> Result<migrate::Request, Wrong> {
        let key =
            |file: &PathBuf| EnrolmentKey::new(&read(file)?).map_err(|weak| Wrong::Key(file.clone(), weak));
        let key = self.enrolment_key_file.as_ref().map(key).transpose()?;
        Ok(migrate::Request {
            patience: Duration::from_secs(self.wait),
            fleet: key.map(|key| (key, self.buoys)),
        })
    }
}

fn read(file: &Path) -> Result<String, Wrong> {
    std::fs::read_to_string(file).map_err(|error| Wrong::File(file.to_owned(), error))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the URL holds a password, and arguments can be read by everyone on the machine"
)]
fn url_from_environment() -> Option<String> {
    std::env::var("DATABASE_URL").ok()
}
