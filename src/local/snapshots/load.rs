//! Going back to a snapshot.

use serde::Serialize;

use super::{Content, Name, Snapshot, content, find, server::Server, sql};
use crate::base::{
    event::{Events, Step},
    failure::{Failure, Kind, Result},
    k8s::Client,
};

/// What a load did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loaded {
    /// The snapshot; it stays and can be loaded again.
    pub snapshot: Snapshot,
    /// What was in the database before, which is gone.
    pub before: Content,
}

/// Puts a copy of the snapshot in the place of the database that serves.
///
/// The platform goes on serving while the files are copied, then everybody is cut off and finds the other database when
/// they connect again.
pub async fn load(client: &Client, name: &Name, events: &Events) -> Result<Loaded> {
    let step = Step::start(events, "upkeep.load", format!("Load the snapshot `{name}`"));
    let server = Server::find(client).await?;
    let snapshot = find(&server, name).await?;
    server.run("postgres", &sql::sweep()).await?;
    step.progress(0, None, "copying");
    let owner = server.run("postgres", &sql::owner()).await?;
    let source = name.database();
    server.run_alone(&[&source], &sql::copy(&source, sql::NEW, owner.trim())).await?;
    let grants = server.run("postgres", &sql::rights_and_settings(sql::LIVE, sql::NEW)).await?;
    server.run("postgres", &grants).await?;
    let found = content(&server, sql::NEW).await?;
    if snapshot.about.made.is_some() && found != snapshot.about.content {
        return Err(Failure::new(Kind::Workload, format!("the snapshot `{name}` is not what was saved"))
            .because(format!("{} rows were saved, {} are there", snapshot.about.content.rows, found.rows)));
    }
    step.progress(0, None, "changing dirs");
    let before = content(&server, sql::LIVE).await?;
    server.run_alone(&[sql::LIVE, sql::NEW], &sql::swap()).await?;
    server.run(sql::LIVE, sql::START_JOBS).await?;
    server.run("postgres", &sql::sweep()).await?;
    step.done(format!("{} rows", found.rows));
    Ok(Loaded { snapshot, before })
}
