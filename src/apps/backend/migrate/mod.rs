//! `migrate`: migrates the schema to the newest version and enrols the fleet. Idempotent, and safe to run
//! concurrently.

mod enrol;
pub mod schema;
mod wait;

use std::time::Duration;

use seasense::apps::shared::token::EnrolmentKey;
use sqlx::Connection;
use sqlx::migrate::MigrateError;
use sqlx::postgres::PgConnection;

use super::credentials::Credentials;

/// The reason why a migration failed.
#[derive(Debug, thiserror::Error)]
pub enum MigrateFailure {
    /// The database did not become available in time.
    #[error("the database did not accept a connection within {} s", .0.as_secs())]
    NoDatabase(Duration, #[source] sqlx::Error),
    /// TimescaleDB is missing.
    #[error(
        "database `{0}` lacks the extension timescaledb: as a superuser, run CREATE EXTENSION timescaledb or create it in the template"
    )]
    NoTimescale(String),
    /// A migration failed; it was rolled back.
    #[error("a migration failed")]
    Migration(#[from] MigrateError),
    /// Another statement failed.
    #[error("a statement failed")]
    Statement(#[from] sqlx::Error),
}

/// The request for a migration and an enrolment.
#[derive(Debug, Clone)]
pub struct Request {
    /// How long to wait for the database.
    pub wait: Duration,
    /// The enrolment key, and the number of buoys to enrol in addition to the probe buoys.
    pub fleet: Option<(EnrolmentKey, u32)>,
}

/// Waits for the database, migrates the schema, and enrols the fleet.
pub async fn run(credentials: &Credentials, request: &Request) -> Result<(), MigrateFailure> {
    let mut connection = wait::connect(credentials, request.wait).await?;
    schema::check_extension(&mut connection).await?;
    schema::migrate(&mut connection).await?;
    if let Some((key, count)) = &request.fleet {
        enrol_fleet(&mut connection, key, *count).await?;
    }
    connection.close().await?;
    Ok(())
}

async fn enrol_fleet(
    connection: &mut PgConnection,
    key: &EnrolmentKey,
    count: u32,
) -> Result<(), MigrateFailure> {
    let changed = enrol::all(connection, key, count).await?;
    tracing::info!(buoys = count, changed, "the fleet is enrolled");
    Ok(())
}
