//! The backend as a process against the real database image: ingest, queries, migrations, outages.
//!
//! Needs Docker and the image that `SEASENSE_TEST_POSTGRES_IMAGE` names, so every test here is ignored unless asked for.

mod backend;
mod client;
mod database;
mod ingest;
mod migrations;
mod outage;
mod queries;
