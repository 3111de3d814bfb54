//! The schema: its embedded migrations, its version, and its requirements of the database.

use std::sync::LazyLock;

use sqlx::PgConnection;
use sqlx::migrate::Migrator;

use super::MigrateFailure;

/// The migrations, in order; each runs once, in a transaction, under an advisory lock.
///
/// A database may have newer ones than this build knows: a rollback does not change the schema, and a migration
/// removes nothing that the previous version uses.
static MIGRATOR: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrator = sqlx::migrate!("src/apps/backend/migrations");
    migrator.set_ignore_missing(true);
    migrator
});

/// Returns the version that this build requires.
pub fn newest() -> i64 {
    MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Returns the version of the database; 0 before the first migration.
pub async fn version(connection: &mut PgConnection) -> sqlx::Result<i64> {
    let has_table: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await?;
    if !has_table {
        return Ok(0);
    }
    sqlx::query_scalar("SELECT coalesce(max(version) FILTER (WHERE success), 0) FROM _sqlx_migrations")
        .fetch_one(connection)
        .await
}

/// Checks that the database has TimescaleDB. An ordinary role may not create the extension, so the operator of
/// the database has to.
pub async fn check_extension(connection: &mut PgConnection) -> Result<(), MigrateFailure> {
    let (database, extension): (String, Option<String>) = sqlx::query_as(
        "SELECT current_database()::text, (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb')",
    )
    .fetch_one(connection)
    .await?;
    let version = extension.ok_or_else(|| MigrateFailure::NoTimescale(database.clone()))?;
    tracing::info!(database, timescaledb = version, "connected to the database");
    Ok(())
}

/// Migrates the schema to the newest version.
pub async fn migrate(connection: &mut PgConnection) -> Result<(), MigrateFailure> {
    let before = version(connection).await?;
    MIGRATOR.run(&mut *connection).await?;
    tracing::info!(before, after = version(connection).await?, "the schema is up to date");
    Ok(())
}
