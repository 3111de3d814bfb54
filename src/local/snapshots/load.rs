//! Loads a snapshot.

use serde::Serialize;

use super::{DatabaseContent, Snapshot, SnapshotName, content, find, server::Server, sql};
use crate::base::{
    event::{Events, Step},
    failure::{Failure, Kind, Result},
    k8s::Client,
};

/// The result of a load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loaded {
    /// The loaded snapshot; it is kept and can be loaded again.
    pub snapshot: Snapshot,
    /// The replaced content of the database.
    pub before: DatabaseContent,
}

impl Loaded {
    /// Whether the snapshot's schema is older than the replaced one: then the running backend cannot use it.
    pub fn has_older_schema(&self) -> bool {
        self.snapshot.info.content.schema < self.before.schema
    }
}

/// Replaces the serving database with a copy of the snapshot.
///
/// The platform keeps serving while the files are copied. Then all connections are closed, and new ones use
/// the new database.
pub async fn load(client: &Client, name: &SnapshotName, events: &Events) -> Result<Loaded> {
    let step = Step::start(events, "snapshot.load", format!("Load snapshot `{name}`"));
    let server = Server::find(client).await?;
    let snapshot = find(&server, name).await?;
    server.run("postgres", &sql::drop_leftovers()).await?;
    step.progress(0, None, "copying the database");
    let owner = server.run("postgres", &sql::owner()).await?;
    let source = name.database();
    server.run_exclusive(&[&source], &sql::copy(&source, sql::NEW, owner.trim())).await?;
    let grants = server.run("postgres", &sql::rights_and_settings(sql::LIVE, sql::NEW)).await?;
    server.run("postgres", &grants).await?;
    let found = content(&server, sql::NEW).await?;
    if snapshot.info.created.is_some() && found != snapshot.info.content {
        return Err(Failure::new(Kind::Workload, format!("the copy of the snapshot `{name}` is incomplete"))
            .because(format!("{} rows were saved, {} were copied", snapshot.info.content.rows, found.rows)));
    }
    step.progress(0, None, "switching the databases");
    let before = content(&server, sql::LIVE).await?;
    server.run_exclusive(&[sql::LIVE, sql::NEW], &sql::swap()).await?;
    server.run(sql::LIVE, sql::START_JOBS).await?;
    server.run("postgres", &sql::drop_leftovers()).await?;
    step.done(format!("{} readings", found.readings));
    Ok(Loaded { snapshot, before })
}
