//! The backend as a process against the real database image: ingest, queries, migrations, outages.
//!
//! Needs Docker and the image that `SEASENSE_TEST_POSTGRES_IMAGE` names, so every test here is ignored unless asked for.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test ends where its world breaks, with what it saw"
)]

mod backend;
mod client;
mod database;
mod ingest;
mod migrations;
mod outage;
mod queries;
