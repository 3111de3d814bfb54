//! `seasense ls`: every environment of this machine, whichever checkout it came from.

use std::{collections::BTreeMap, process::ExitCode};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Context, json::Json};
use crate::{
    base::failure::Result,
    local::{cluster::Observed, inventory::Found},
    ui,
};

/// Arguments of `seasense ls`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Measure how much disk each one takes; the daemon needs a moment for that
    #[arg(long)]
    size: bool,
    #[command(flatten)]
    json: Json,
}

/// The list.
#[derive(Debug, Serialize)]
struct List {
    version: u8,
    environments: Vec<Row>,
}

/// One environment.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    environment: Option<String>,
    cluster: String,
    state: &'static str,
    busy: bool,
    created: Option<Timestamp>,
    age_s: Option<i64>,
    expires: Option<Timestamp>,
    process: Option<u32>,
    https_port: Option<u16>,
    owner: Option<std::path::PathBuf>,
    owner_exists: Option<bool>,
    state_folder: std::path::PathBuf,
    containers: usize,
    volumes: usize,
    size_bytes: Option<u64>,
}

/// Lists them by name.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let host = context.host().await?;
    let now = Timestamp::now();
    let written = if args.size { host.docker.writable_sizes().await? } else { BTreeMap::new() };
    let mut environments = Vec::new();
    for found in crate::local::inventory::inventory(&host).await? {
        let size =
            if args.size { crate::local::inventory::measure(&host, &found, &written).await } else { None };
        environments.push(row(found, now, size));
    }
    if environments.is_empty() && !args.json.wanted() {
        context.ui.message("There is no environment on this machine.\n");
        return Ok(ExitCode::SUCCESS);
    }
    let list = List { version: 1, environments };
    args.json.print(context, &list, || table(&list.environments, now))?;
    Ok(ExitCode::SUCCESS)
}

fn row(found: Found, now: Timestamp, size_bytes: Option<u64>) -> Row {
    let owner = found.owner.as_ref();
    Row {
        environment: owner.map(|owner| owner.environment.clone()),
        state: state(&found.cluster_state),
        busy: found.locked,
        created: owner.map(|owner| owner.created),
        age_s: owner.map(|owner| now.duration_since(owner.created).as_secs()),
        expires: owner.and_then(crate::local::leases::Owner::deadline),
        process: found.lease.as_ref().and_then(|lease| lease.process),
        https_port: owner.map(|owner| owner.https_port),
        owner: owner.map(|owner| owner.project.clone()),
        owner_exists: found.has_checkout,
        containers: found.containers.len(),
        volumes: found.volumes.len(),
        name: found.instance,
        cluster: found.cluster,
        state_folder: found.state,
        size_bytes,
    }
}

const fn state(observed: &Observed) -> &'static str {
    match observed {
        Observed::Absent => "absent",
        Observed::Foreign { .. } => "foreign",
        Observed::Partial { .. } => "partial",
        Observed::Stopped => "stopped",
        Observed::Paused { .. } => "paused",
        Observed::Running => "running",
    }
}

fn table(rows: &[Row], now: Timestamp) -> String {
    let cells: Vec<[String; 7]> = rows.iter().map(|row| cells(row, now)).collect();
    ui::table(["NAME", "STATE", "AGE", "GOES IN", "PORT", "SIZE", "CHECKOUT"], &cells)
}

fn cells(row: &Row, now: Timestamp) -> [String; 7] {
    let state = if row.busy { format!("{}, busy", row.state) } else { row.state.to_owned() };
    let owner = match (&row.owner, row.owner_exists) {
        (Some(folder), Some(false)) => format!("{} (gone)", folder.display()),
        (Some(folder), _) => folder.display().to_string(),
        (None, _) => "unknown".to_owned(),
    };
    let blank = || "-".to_owned();
    [
        row.name.clone(),
        state,
        row.age_s.map_or_else(blank, |seconds| span(SignedDuration::from_secs(seconds))),
        row.expires.map_or_else(blank, |moment| span(moment.duration_since(now))),
        row.https_port.map_or_else(blank, |port| port.to_string()),
        row.size_bytes.map_or_else(blank, ui::size),
        owner,
    ]
}

/// The largest unit is enough for an age.
fn span(time: SignedDuration) -> String {
    let seconds = time.as_secs().max(0);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::leases::{Lease, Owner};

    fn found(known: bool) -> Found {
        let created = Timestamp::from_second(0).unwrap();
        Found {
            instance: "ci-0badcafe".into(),
            cluster: "seasense-ci-0badcafe".into(),
            state: "/state/seasense-ci-0badcafe".into(),
            has_state: true,
            owner: known.then(|| Owner {
                project: "/work".into(),
                environment: "local".into(),
                https_port: 40123,
                created,
                ttl_seconds: Some(3600),
            }),
            lease: known.then(|| Lease { process: Some(7), deadline: None, cache: "/cache".into() }),
            has_checkout: known.then_some(false),
            locked: known,
            cluster_state: if known { Observed::Running } else { Observed::Absent },
            containers: Vec::new(),
            volumes: Vec::new(),
        }
    }

    fn rows() -> Vec<Row> {
        let now = Timestamp::from_second(600).unwrap();
        vec![row(found(true), now, Some(5 << 20)), row(found(false), now, None)]
    }

    #[test]
    fn people_see_what_they_need_to_decide() {
        insta::assert_snapshot!(table(&rows(), Timestamp::from_second(600).unwrap()), @r"
        NAME         STATE          AGE     GOES IN  PORT   SIZE     CHECKOUT
        ci-0badcafe  running, busy  10 min  50 min   40123  5.0 MiB  /work (gone)
        ci-0badcafe  absent         -       -        -      -        unknown
        ");
    }

    #[test]
    fn ages_are_told_in_one_unit() {
        let told: Vec<String> =
            [-5, 119, 120, 7199, 7200, 172_800].map(|s| span(SignedDuration::from_secs(s))).into();
        assert_eq!(told, ["0 s", "119 s", "2 min", "119 min", "2 h", "2 d"]);
    }
}
