//! Tests the backend as a process against the real database image: ingest, queries, migrations, outages.
//!
//! Needs Docker and the image that `SEASENSE_TEST_POSTGRES_IMAGE` names, so every test is ignored by default.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test panics at the first broken precondition"
)]

mod backend;
mod client;
mod credentials;
mod database;
mod ingest;
mod migration_trial;
mod migrations;
mod outage;
mod quarantine;
mod queries;
mod stored_readings;
