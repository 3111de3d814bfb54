//! Saves a snapshot.

use jiff::Timestamp;

use super::{Snapshot, SnapshotInfo, SnapshotName, content, find, listed, server::Server, sql};
use crate::base::{
    digest::Digest,
    event::{Events, Step},
    failure::{Context, Failure, Kind, Result},
    k8s::Client,
};

/// Copies the serving database and stores `now` and `digest` with the copy. A snapshot of that name must not
/// exist.
///
/// All connections are closed, and new ones wait while the files are copied; clients send their readings again.
pub async fn save(
    client: &Client,
    name: &SnapshotName,
    (now, digest): (Timestamp, Option<Digest>),
    events: &Events,
) -> Result<Snapshot> {
    let step = Step::start(events, "snapshot.save", format!("Save snapshot `{name}`"));
    let server = Server::find(client).await?;
    if listed(&server).await?.iter().any(|snapshot| snapshot.name == name.to_string()) {
        return Err(Failure::new(Kind::Usage, format!("the snapshot `{name}` exists already"))
            .hint(format!("run `seasense snapshot rm {name}` to remove it, or choose another name")));
    }
    server.run("postgres", &sql::drop_leftovers()).await?;
    let owner = server.run("postgres", &sql::owner()).await?;
    step.progress(0, None, "copying the database");
    server.run_exclusive(&[sql::LIVE], &sql::copy(sql::LIVE, sql::NEW, owner.trim())).await?;
    server.run(sql::LIVE, sql::START_JOBS).await?;
    step.progress(0, None, "counting readings");
    let info = SnapshotInfo { created: Some(now), content: content(&server, sql::NEW).await?, digest };
    let note = serde_json::to_string(&info).context(Kind::Internal, "describe the snapshot")?;
    server.run_exclusive(&[sql::NEW], &sql::seal(&name.database(), &note)).await?;
    let snapshot = find(&server, name).await?;
    step.done(format!("{} readings", snapshot.info.content.readings));
    Ok(snapshot)
}
