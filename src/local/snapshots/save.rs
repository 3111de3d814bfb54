//! Keeping the database's state under a name.

use jiff::Timestamp;

use super::{About, Name, Snapshot, content, find, listed, server::Server, sql};
use crate::base::{
    event::{Events, Step},
    failure::{Context, Failure, Kind, Result},
    k8s::Client,
};

/// Copies the database that serves; `now` and `digest` are written beside the copy. A snapshot of that name must not exist.
///
/// Whoever is connected is cut off and waits at the door while the files are copied; readings on their way are sent again.
pub async fn save(
    client: &Client,
    name: &Name,
    (now, digest): (Timestamp, Option<String>),
    events: &Events,
) -> Result<Snapshot> {
    let step = Step::start(events, "upkeep.save", format!("Save the database as `{name}`"));
    let server = Server::find(client).await?;
    if listed(&server).await?.iter().any(|snapshot| snapshot.name == name.to_string()) {
        return Err(Failure::new(Kind::Usage, format!("there is a snapshot `{name}` already"))
            .hint(format!("`seasense snapshot rm {name}` removes it; or take another name")));
    }
    server.run("postgres", &sql::sweep()).await?;
    let owner = server.run("postgres", &sql::owner()).await?;
    step.progress(0, None, "copying");
    server.run_alone(&[sql::LIVE], &sql::copy(sql::LIVE, sql::NEW, owner.trim())).await?;
    server.run(sql::LIVE, sql::START_JOBS).await?;
    step.progress(0, None, "counting");
    let about = About { made: Some(now), content: content(&server, sql::NEW).await?, digest };
    let note = serde_json::to_string(&about).context(Kind::Internal, "describe the snapshot")?;
    server.run_alone(&[sql::NEW], &sql::put_to_sleep(&name.database(), &note)).await?;
    let snapshot = find(&server, name).await?;
    step.done(format!("{} rows", snapshot.about.content.rows));
    Ok(snapshot)
}
