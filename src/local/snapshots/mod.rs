//! The database's state, kept under a name inside the server: a sleeping copy of the whole database.
//!
//! A copy is made file by file, so it is exact (hypertables, roles' rights, sequences, the migrations' table) and takes
//! seconds where a dump takes minutes. It lies in the volumes of the database, on every instance, and goes with them.
//!
//! Crash-only: a copy bears [`sql::NEW`] until it is whole and then changes its name in one transaction; what another
//! run has left under such a name is removed first.

mod load;
mod name;
mod save;
mod server;
mod sql;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::server::Server;
use crate::base::{
    failure::{Context, Failure, Kind, Result},
    k8s::Client,
};

pub use load::{Loaded, load};
pub use name::Name;
pub use save::save;

/// What is in a database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// Rows of the hypertable.
    pub rows: u64,
    /// Readings, each of several rows.
    pub readings: u64,
    /// Version of the schema: the newest migration; 0 before the first.
    pub schema: i64,
}

/// What is written beside a snapshot when it is made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// When it was made; absent where somebody changed the note.
    pub made: Option<Timestamp>,
    /// What is in it.
    #[serde(flatten)]
    pub content: Content,
    /// The artifact that the cluster ran then.
    pub digest: Option<String>,
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// Its name.
    pub name: String,
    /// Its size on the disk of each instance.
    pub bytes: u64,
    /// What is known of it.
    #[serde(flatten)]
    pub about: About,
}

/// The snapshots there are, by name.
pub async fn list(client: &Client) -> Result<Vec<Snapshot>> {
    listed(&Server::find(client).await?).await
}

/// The snapshot called `name`, and what is in the database that serves now.
pub async fn compare(client: &Client, name: &Name) -> Result<(Snapshot, Content)> {
    let server = Server::find(client).await?;
    Ok((find(&server, name).await?, content(&server, sql::LIVE).await?))
}

/// Removes a snapshot.
pub async fn remove(client: &Client, name: &Name) -> Result<()> {
    let server = Server::find(client).await?;
    find(&server, name).await?;
    server.run("postgres", &(sql::sweep() + &sql::drop_database(&name.database()))).await.map(drop)
}

async fn listed(server: &Server<'_>) -> Result<Vec<Snapshot>> {
    server.run("postgres", &sql::list()).await?.lines().filter(|line| !line.is_empty()).map(read).collect()
}

/// The snapshot called `name`.
async fn find(server: &Server<'_>, name: &Name) -> Result<Snapshot> {
    let found = listed(server).await?;
    let names: Vec<String> = found.iter().map(|snapshot| format!("`{}`", snapshot.name)).collect();
    found.into_iter().find(|snapshot| snapshot.name == name.to_string()).ok_or_else(|| {
        let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        Failure::new(Kind::Usage, format!("there is no snapshot `{name}`"))
            .hint(format!("there are: {there}; `seasense snapshot save {name}` makes it"))
    })
}

/// One line of the list.
fn read(line: &str) -> Result<Snapshot> {
    let value: Value = serde_json::from_str(line).context(Kind::Workload, "read the list of snapshots")?;
    let about = value["about"].as_str().and_then(|about| serde_json::from_str(about).ok());
    Ok(Snapshot {
        name: value["name"].as_str().unwrap_or_default().to_owned(),
        bytes: value["bytes"].as_u64().unwrap_or_default(),
        about: about.unwrap_or_default(),
    })
}

async fn content(server: &Server<'_>, database: &str) -> Result<Content> {
    let told = server.run(database, sql::CONTENT).await?;
    serde_json::from_str(told.trim()).with_context(Kind::Workload, || format!("read what is in `{database}`"))
}

#[cfg(test)]
mod tests;
