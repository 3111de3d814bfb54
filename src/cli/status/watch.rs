//! `seasense status --watch`: shows the status in a full-screen view and updates it.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use crate::{
    base::{failure::Result, k8s::EventNote, wait::every},
    cli::Context,
    observe::{self, Artifact, EnvironmentStatus, Observer, Rate, Trend},
    registry::Digest,
    ui::{self, Mark, Model, Row},
};

/// The pause between two updates; collecting a status takes a fraction of a second.
const PAUSE: Duration = Duration::from_secs(2);
/// A warning that is older than this is shown among the other events.
const RECENT_S: i64 = 300;
/// The number of characters of an object's name in front of an event.
const NAME: usize = 24;

/// Updates the view until the user ends it.
pub async fn run(context: &Context<'_>, observer: Observer<'_>) -> Result<ExitCode> {
    let (send, models) = tokio::sync::mpsc::channel(1);
    let mut trend = Trend::default();
    let updates = every(PAUSE, async || {
        let begun = Instant::now();
        let status = observe::status(observer).await;
        trend.add(&status);
        let now = jiff::Zoned::now();
        let time = format!("{}, took {}", now.strftime("%H:%M:%S"), ui::duration(begun.elapsed()));
        let model = Model { observed: time, ..model(&status, &trend, now.timestamp()) };
        // Sending fails only after the view has ended, which also ends these updates.
        let _ = send.send(model).await;
    });
    tokio::select! {
        left = ui::watch(models, context.ui.data_style().colours()) => left?,
        never = updates => match never {},
    }
    Ok(ExitCode::SUCCESS)
}

/// The content of the view for a status; pure.
fn model(status: &EnvironmentStatus, trend: &Trend, now: jiff::Timestamp) -> Model {
    Model {
        environment: status.environment.clone(),
        ready: status.ready,
        headline: format!("cluster {}, {}", status.cluster, headline(&status.artifact)),
        observed: String::new(),
        command: match status.environment.as_str() {
            "local" => "seasense".to_owned(),
            other => format!("seasense --env {other}"),
        },
        problems: status
            .problems
            .iter()
            .map(|one| Row::new(Mark::Bad, one.part.clone(), one.cause.clone()))
            .collect(),
        hints: status.problems.iter().map(|problem| problem.hint.clone()).collect(),
        phases: phases(status),
        workloads: workloads(status),
        database: database(status),
        fleet: fleet(status),
        ingest: ingest(status, trend),
        rates: trend.rates().collect(),
        events: events(&status.events, now),
    }
}

fn headline(artifact: &Artifact) -> String {
    let Some(digest) = &artifact.digest else { return "no artifact".to_owned() };
    let commit =
        artifact.commit.as_deref().map_or("unknown commit", |commit| commit.get(..12).unwrap_or(commit));
    let edits = if artifact.dirty == Some(true) { " with edits" } else { "" };
    format!("artifact {} ({commit}{edits})", digits(digest))
}

/// The first digits of a digest, enough to compare two.
fn digits(digest: &Digest) -> &str {
    &digest.hex()[..8]
}

const fn readiness(good: bool) -> Mark {
    if good { Mark::Good } else { Mark::Pending }
}

fn phases(status: &EnvironmentStatus) -> Vec<Row> {
    let row = |phase: &crate::phases::PhaseState| {
        let text = match (phase.ready, &phase.revision) {
            (true, digest) => format!("at {}", digest.as_ref().map(digits).unwrap_or_default()),
            (false, _) => phase.blocker.as_ref().unwrap_or(&phase.message).clone(),
        };
        Row::new(readiness(phase.ready), phase.name.clone(), text)
    };
    status.phases.iter().map(row).collect()
}

/// The Deployments, those that are not ready first.
fn workloads(status: &EnvironmentStatus) -> Vec<Row> {
    let mut all: Vec<_> = status.workloads.iter().collect();
    all.sort_by_key(|workload| workload.ready);
    let row = |workload: &crate::workloads::Workload| {
        let text = match workload.message.as_str() {
            "" => format!("{}/{}", workload.available, workload.desired),
            message => message.to_owned(),
        };
        Row::new(readiness(workload.ready), workload.name.clone(), text)
    };
    all.into_iter().map(row).collect()
}

fn database(status: &EnvironmentStatus) -> Vec<Row> {
    let database = &status.database;
    let row = |instance: &crate::workloads::Instance| {
        let lag = match (instance.lag_bytes, instance.lag_ms) {
            (Some(0), Some(millis)) => format!(", lag {millis} ms"),
            (Some(bytes), Some(millis)) => format!(", lag {millis} ms, {}", ui::size(bytes)),
            _ if instance.role == "replica" => ", not streaming".to_owned(),
            _ => String::new(),
        };
        let role = if instance.role.is_empty() { "no role yet" } else { instance.role.as_str() };
        Row::new(readiness(instance.ready), instance.name.clone(), format!("{role}{lag}"))
    };
    let mut rows: Vec<Row> = database.instances.iter().map(row).collect();
    let details = [("stored", super::stored::text(status)), ("TimescaleDB", database.timescaledb.clone())];
    rows.extend(details.into_iter().filter_map(|(name, text)| Some(Row::new(Mark::Info, name, text?))));
    // The operator's message about a healthy database adds no information.
    if !database.healthy && !database.message.is_empty() {
        rows.push(Row::new(Mark::Info, "operator", database.message.clone()));
    }
    rows
}

fn fleet(status: &EnvironmentStatus) -> Vec<Row> {
    let fleet = &status.fleet;
    if fleet.buoys == 0 {
        return vec![Row::new(Mark::Info, "buoys", "none: the environment has no fleet")];
    }
    let (mark, state) = match fleet.age_s {
        _ if !fleet.running => (Mark::Pending, "not running".to_owned()),
        Some(age) => (Mark::Good, format!("newest {age:.1} s old")),
        None if fleet.stored == Some(0) => (Mark::Pending, "no reading yet".to_owned()),
        None => (Mark::Pending, "the age of the newest reading is unknown".to_owned()),
    };
    let mut rows = vec![Row::new(mark, "buoys", format!("{}, {state}", fleet.buoys))];
    if let Some(counts) = &fleet.counts {
        let sent = format!("{} of {} since the start", counts.acknowledged, counts.measured);
        rows.push(Row::new(Mark::Good, "acknowledged", sent));
        rows.push(Row::new(Mark::Info, "waiting", format!("{} readings now", counts.waiting)));
        rows.push(Row::new(
            Mark::Info,
            "sent again",
            format!("{} batches since the start", counts.failed_batches),
        ));
        let lost = counts.rejected + counts.dropped;
        if lost > 0 {
            let text = format!("{} rejected, {} dropped since the start", counts.rejected, counts.dropped);
            rows.push(Row::new(Mark::Bad, "lost", text));
        }
    }
    rows
}

fn ingest(status: &EnvironmentStatus, trend: &Trend) -> String {
    match (trend.rate(), status.fleet.stored) {
        (Some(Rate { per_second, window_s }), Some(stored)) => {
            format!("{per_second:.1} readings/s over {window_s:.0} s, {stored} stored")
        }
        (None, Some(stored)) => format!("{stored} readings stored"),
        (_, None) => "readings cannot be counted".to_owned(),
    }
}

/// The events, recent warnings first, then newest first.
fn events(events: &[EventNote], now: jiff::Timestamp) -> Vec<Row> {
    let age =
        |note: &EventNote| note.at.parse::<jiff::Timestamp>().ok().map(|at| now.duration_since(at).as_secs());
    let urgent = |note: &EventNote| note.warning && age(note).is_some_and(|seconds| seconds < RECENT_S);
    let mut all: Vec<_> = events.iter().collect();
    all.sort_by_key(|note| !urgent(note));
    let row = |note: &EventNote| {
        let mark = match (urgent(note), note.warning) {
            (true, _) => Mark::Bad,
            (false, true) => Mark::Pending,
            _ => Mark::Info,
        };
        let ago = age(note).map_or_else(String::new, ago);
        let message = note.message.lines().next().unwrap_or_default();
        Row::new(mark, ago, format!("{} {}: {message}", name(&note.about), note.reason))
    };
    all.into_iter().map(row).collect()
}

/// The name of an object without kind and namespace, shortened to leave room for the message.
fn name(about: &str) -> String {
    let name = about.rsplit(['/', ' ']).next().unwrap_or(about);
    if name.chars().count() <= NAME {
        name.to_owned()
    } else {
        name.chars().take(NAME - 1).collect::<String>() + "…"
    }
}

fn ago(seconds: i64) -> String {
    match seconds {
        ..0 => "now".to_owned(),
        0..=99 => format!("{seconds} s"),
        100..=5999 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(warning: bool, at: &str) -> EventNote {
        EventNote {
            about: "Pod seasense/backend-1".into(),
            warning,
            reason: "Unhealthy".into(),
            message: "probe failed\nmore".into(),
            at: at.into(),
        }
    }

    #[test]
    fn only_recent_warnings_come_first() {
        let now = "2026-01-01T01:00:00Z".parse().unwrap();
        let rows = events(
            &[
                note(false, "2026-01-01T00:59:58Z"),
                note(true, "2026-01-01T00:59:00Z"),
                note(true, "2026-01-01T00:10:00Z"),
                note(false, ""),
            ],
            now,
        );
        let listed: Vec<(Mark, &str)> = rows.iter().map(|row| (row.mark, row.name.as_str())).collect();
        assert_eq!(
            listed,
            [(Mark::Bad, "60 s"), (Mark::Info, "2 s"), (Mark::Pending, "50 min"), (Mark::Info, "")]
        );
        assert_eq!(rows[0].text, "backend-1 Unhealthy: probe failed");
        assert_eq!(
            name("Deployment envoy-gateway-system/envoy-envoy-gateway-system-main"),
            "envoy-envoy-gateway-sys…"
        );
    }
}
