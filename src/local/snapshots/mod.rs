//! Named snapshots of the database inside the same server: each is a complete copy that accepts no connections.
//!
//! PostgreSQL copies a database file by file, so a copy is exact (hypertables, privileges, sequences, the
//! table of migrations) and takes seconds instead of the minutes of a dump. It is stored in the volumes of
//! the database on every instance, and is lost with them.
//!
//! Crash-only: a copy is called [`sql::NEW`] until it is complete and is then renamed in one transaction;
//! incomplete copies of other runs are removed first.

mod load;
mod name;
mod save;
mod server;
mod sql;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::server::Server;
use crate::{
    base::{
        digest::Digest,
        failure::{Context, Failure, Kind, Result},
        k8s::Client,
    },
    local::{
        LocalContext,
        cluster::{self, ClusterState},
    },
};

pub use load::{Loaded, load};
pub use name::SnapshotName;
pub use save::save;

/// The content of a database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DatabaseContent {
    /// Rows of the hypertable.
    pub rows: u64,
    /// Readings; each has several rows.
    pub readings: u64,
    /// Version of the schema: the newest migration; 0 without one.
    pub schema: i64,
}

/// The description that is stored with a snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SnapshotInfo {
    /// When it was created; `None` if the stored description is unreadable.
    pub created: Option<Timestamp>,
    /// The content of the snapshot.
    #[serde(flatten)]
    pub content: DatabaseContent,
    /// The digest that the cluster ran at that time.
    pub digest: Option<Digest>,
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// Its name.
    pub name: String,
    /// Its size on the disk of each instance, in bytes.
    pub bytes: u64,
    /// Its description.
    #[serde(flatten)]
    pub info: SnapshotInfo,
}

/// All snapshots, by name.
pub async fn list(client: &Client) -> Result<Vec<Snapshot>> {
    listed(&Server::find(client).await?).await
}

/// The effect that a load would have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadPreview {
    /// Readings in the snapshot.
    pub saved: u64,
    /// Readings in the serving database.
    pub current: u64,
    /// Readings that the load would remove.
    pub lost: u64,
}

/// Connects to the cluster called `cluster`, which must run.
pub async fn connect(context: &LocalContext, cluster: &str) -> Result<Client> {
    let state = cluster::observe(&context.docker, &context.dirs, cluster).await?;
    if state != ClusterState::Running {
        return Err(Failure::new(Kind::Cluster, "the cluster of the database does not run")
            .hint("run `seasense resume` for a paused environment, or `seasense dev` to create one"));
    }
    Client::connect(&cluster::handle(&context.dirs, cluster)).await
}

/// Compares the snapshot called `name` with the serving database.
pub async fn preview_load(client: &Client, name: &SnapshotName) -> Result<LoadPreview> {
    let server = Server::find(client).await?;
    let saved = find(&server, name).await?.info.content.readings;
    let current = content(&server, sql::LIVE).await?.readings;
    Ok(LoadPreview { saved, current, lost: current.saturating_sub(saved) })
}

/// Removes a snapshot.
pub async fn remove(client: &Client, name: &SnapshotName) -> Result<()> {
    let server = Server::find(client).await?;
    find(&server, name).await?;
    server.run("postgres", &(sql::drop_leftovers() + &sql::drop_database(&name.database()))).await.map(drop)
}

async fn listed(server: &Server<'_>) -> Result<Vec<Snapshot>> {
    server.run("postgres", &sql::list()).await?.lines().filter(|line| !line.is_empty()).map(read).collect()
}

/// The snapshot called `name`.
async fn find(server: &Server<'_>, name: &SnapshotName) -> Result<Snapshot> {
    let found = listed(server).await?;
    let names: Vec<String> = found.iter().map(|snapshot| format!("`{}`", snapshot.name)).collect();
    found.into_iter().find(|snapshot| snapshot.name == name.to_string()).ok_or_else(|| {
        let existing = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        Failure::new(Kind::Usage, format!("unknown snapshot `{name}`"))
            .hint(format!("existing snapshots: {existing}; run `seasense snapshot save {name}` to create it"))
    })
}

/// Parses one line of the list.
fn read(line: &str) -> Result<Snapshot> {
    let value: Value =
        serde_json::from_str(line).context(Kind::Workload, "cannot read the list of snapshots")?;
    let info = value["info"].as_str().and_then(|info| serde_json::from_str(info).ok());
    Ok(Snapshot {
        name: value["name"].as_str().unwrap_or_default().to_owned(),
        bytes: value["bytes"].as_u64().unwrap_or_default(),
        info: info.unwrap_or_default(),
    })
}

async fn content(server: &Server<'_>, database: &str) -> Result<DatabaseContent> {
    let output = server.run(database, sql::CONTENT).await?;
    serde_json::from_str(output.trim())
        .with_context(Kind::Workload, || format!("cannot read the content of `{database}`"))
}

#[cfg(test)]
mod tests;
