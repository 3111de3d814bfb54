//! `seasense-backend`: receives readings of buoys, stores each exactly once, and publishes them.

mod arguments;
mod credentials;
mod database;
mod db_error;
mod extract;
mod health;
mod ingest;
mod limits;
mod metrics;
mod migrate;
mod openapi;
mod pg_timestamp;
mod problem;
mod query;
mod retry;
mod routes;
mod serve;
mod state;

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser;
use seasense::apps::shared::{logs, shutdown};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    logs::start(&arguments.log);
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(causes = causes(error.as_ref()), "{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    match arguments.command.as_ref().unwrap_or(&Command::Serve) {
        Command::Serve => {
            let database = database::Database::new(arguments.credentials()?, arguments.connections);
            tokio::spawn(database.clone().follow_credentials());
            let app = state::App::new(database);
            serve::run(app, arguments.listen(), shutdown::listen()?).await?;
        }
        Command::Migrate(migrate) => migrate::run(&arguments.credentials()?, &migrate.request()?).await?,
        Command::Openapi => std::io::stdout().write_all(openapi::text()?.as_bytes())?,
    }
    Ok(())
}

/// Returns the causes of an error, outermost first.
fn causes(error: &dyn Error) -> String {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes.join(": ")
}
