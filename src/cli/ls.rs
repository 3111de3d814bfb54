//! `seasense ls`: lists every environment of this machine, from any checkout.

use std::process::ExitCode;

use jiff::{SignedDuration, Timestamp};

use super::{Context, json::Json};
use crate::{
    base::failure::Result,
    local::inventory::{Entry, list},
    ui,
};

/// Arguments of `seasense ls`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Measure the disk space of each environment, which is slow
    #[arg(long)]
    size: bool,
    #[command(flatten)]
    json: Json,
}

/// Lists the environments by name.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let host = context.host().await?;
    let now = Timestamp::now();
    let listing = list(&host, now, args.size).await?;
    if listing.environments.is_empty() && !args.json.requested() {
        context.ui.message("There is no environment on this machine.\n");
        return Ok(ExitCode::SUCCESS);
    }
    args.json.print(context, &listing, || table(&listing.environments, now))?;
    Ok(ExitCode::SUCCESS)
}

fn table(entries: &[Entry], now: Timestamp) -> String {
    let cells: Vec<[String; 7]> = entries.iter().map(|entry| cells(entry, now)).collect();
    ui::table(["NAME", "STATE", "AGE", "EXPIRES IN", "PORT", "SIZE", "CHECKOUT"], &cells)
}

fn cells(entry: &Entry, now: Timestamp) -> [String; 7] {
    let state = if entry.busy { format!("{}, busy", entry.state) } else { entry.state.to_owned() };
    let checkout = match (&entry.checkout, entry.checkout_exists) {
        (Some(folder), Some(false)) => format!("{} (deleted)", folder.display()),
        (Some(folder), _) => folder.display().to_string(),
        (None, _) => "unknown".to_owned(),
    };
    let blank = || "-".to_owned();
    [
        entry.name.clone(),
        state,
        entry.age_s.map_or_else(blank, |seconds| span(SignedDuration::from_secs(seconds))),
        entry.expires.map_or_else(blank, |moment| span(moment.duration_since(now))),
        entry.https_port.map_or_else(blank, |port| port.to_string()),
        entry.size_bytes.map_or_else(blank, ui::size),
        checkout,
    ]
}

/// Renders a duration in its largest unit.
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
    use crate::local::{
        cluster::ClusterState,
        inventory::FoundEnvironment,
        leases::{Lease, Owner},
    };

    fn found(known: bool) -> FoundEnvironment {
        let created = Timestamp::from_second(0).unwrap();
        FoundEnvironment {
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
                place: None,
            }),
            lease: known.then(|| Lease { process: Some(7), deadline: None, cache: "/cache".into() }),
            has_checkout: known.then_some(false),
            locked: known,
            cluster_state: if known { ClusterState::Running } else { ClusterState::Absent },
            containers: Vec::new(),
            volumes: Vec::new(),
        }
    }

    fn entries() -> Vec<Entry> {
        let now = Timestamp::from_second(600).unwrap();
        vec![Entry::new(found(true), now, Some(5 << 20)), Entry::new(found(false), now, None)]
    }

    #[test]
    fn the_table_shows_state_age_and_checkout() {
        insta::assert_snapshot!(table(&entries(), Timestamp::from_second(600).unwrap()), @r"
        NAME         STATE          AGE     EXPIRES IN  PORT   SIZE     CHECKOUT
        ci-0badcafe  running, busy  10 min  50 min      40123  5.0 MiB  /work (deleted)
        ci-0badcafe  absent         -       -           -      -        unknown
        ");
    }

    #[test]
    fn durations_have_one_unit() {
        let spans: Vec<String> =
            [-5, 119, 120, 7199, 7200, 172_800].map(|s| span(SignedDuration::from_secs(s))).into();
        assert_eq!(spans, ["0 s", "119 s", "2 min", "119 min", "2 h", "2 d"]);
    }
}
