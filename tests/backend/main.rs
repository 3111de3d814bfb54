//! The backend as a process against the real database image: ingest, queries, migrations, outages.
//!
//! Needs Docker and the image that `SEASENSE_TEST_POSTGRES_IMAGE` names, so every test here is ignored unless asked for.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    missing_docs,
    reason = "a test ends with a panic, starts programs as a person would, and says what it does"
)]

mod backend;
mod client;
mod database;
mod ingest;
mod migrations;
mod outage;
mod queries;
