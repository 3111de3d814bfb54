//! `migrate`: brings the schema to the newest version and enrols the fleet. Safe to run again, and by several at once.

mod enrol;
pub mod schema;
mod wait;

use std::time::Duration;

use seasense::apps::shared::token::EnrolmentKey;
use sqlx::Connection;
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgConnection};

/// Why the schema could not be brought up.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The database did not come.
    #[error("the database did not accept a connection within {} s", .0.as_secs())]
    NoDatabase(Duration, #[source] sqlx::Error),
    /// TimescaleDB is missing.
    #[error(
        "database `{0}` lacks the extension timescaledb: create it as a superuser, in the template or with CREATE EXTENSION timescaledb"
    )]
    NoTimescale(String),
    /// A migration failed; the schema is as it was before it.
    #[error("a migration failed")]
    Migration(#[from] MigrateError),
    /// Another statement failed.
    #[error("a statement failed")]
    Statement(#[from] sqlx::Error),
}

/// What to do.
#[derive(Debug, Clone)]
pub struct Request {
    /// How long to wait for the database.
    pub patience: Duration,
    /// The enrolment key, and the number of buoys to enrol in addition to the probe buoys.
    pub fleet: Option<(EnrolmentKey, u32)>,
}

/// Waits for the database, migrates, enrols.
pub async fn run(options: &PgConnectOptions, request: &Request) -> Result<(), Failed> {
    let options = options.clone().application_name("seasense-migrate");
    let mut connection = wait::connect(&options, request.patience).await?;
    schema::check_extension(&mut connection).await?;
    schema::migrate(&mut connection).await?;
    if let Some((key, count)) = &request.fleet {
        enrol_fleet(&mut connection, key, *count).await?;
    }
    connection.close().await?;
    Ok(())
}

async fn enrol_fleet(connection: &mut PgConnection, key: &EnrolmentKey, count: u32) -> Result<(), Failed> {
    let changed = enrol::all(connection, key, count).await?;
    tracing::info!(buoys = count, changed, "the fleet is enrolled");
    Ok(())
}
