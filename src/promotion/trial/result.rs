//! The result of a trial and its judgement; pure.

use std::time::Duration;

use serde::Serialize;

/// The result of a trial.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// The readings in the copy.
    pub readings: u64,
    /// The new migrations that were run, in order. A migration that fails is the last one.
    pub tried: Vec<Tried>,
}

/// The measurements of one migration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// The file, relative to the project's root.
    pub file: String,
    /// The line of the statement that failed, or that ran for the longest part of the stall; starts at 1.
    pub line: usize,
    /// Its column; starts at 1.
    pub column: usize,
    /// How long the migration took, milliseconds.
    pub took_ms: u64,
    /// The longest request while it ran, milliseconds.
    pub stall_ms: u64,
    /// What that request did; `None` if no request was made.
    pub stalled: Option<String>,
    /// The longest request before it, milliseconds.
    pub usual_ms: u64,
    /// The requests while it ran and just after it.
    pub requests: u64,
    /// Those of them that failed.
    pub failed: u64,
    /// The first failure among them: what the request did, and why it failed.
    pub failure: Option<String>,
    /// The locks that keep others from writing or reading, by table.
    pub locks: Vec<Lock>,
    /// The server's error; `None` if the migration was applied.
    pub error: Option<String>,
}

/// The locks of one mode on one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lock {
    /// The table.
    pub table: String,
    /// PostgreSQL's name of the mode.
    pub mode: String,
    /// How long the migration held it, milliseconds.
    pub held_ms: u64,
    /// How long the migration waited for it, milliseconds.
    pub waited_ms: u64,
}

impl Trial {
    /// Describes every migration in one line.
    pub fn text(&self) -> String {
        let described: Vec<String> = self.tried.iter().map(Tried::text).collect();
        format!("on a copy with {} readings: {}", self.readings, described.join("; "))
    }

    /// Returns why migrations must not be promoted if no request may wait longer than `limit`; `None` if they may.
    pub fn refusal(&self, limit: Duration) -> Option<String> {
        let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        let refused: Vec<String> = self.tried.iter().filter_map(|tried| tried.refusal(limit)).collect();
        (!refused.is_empty()).then(|| refused.join(" | "))
    }
}

impl Tried {
    fn at(&self) -> String {
        format!("{}:{}:{}", self.file, self.line, self.column)
    }

    fn text(&self) -> String {
        let name = self.file.rsplit('/').next().unwrap_or(&self.file);
        if let Some(error) = &self.error {
            return format!("{name} failed: {error}");
        }
        let (took, stall) = (time(self.took_ms), time(self.stall_ms));
        let measured = format!("{name} took {took}, the longest of {} requests {stall}", self.requests);
        [measured].into_iter().chain(self.locks.iter().map(Lock::text)).collect::<Vec<_>>().join(", ")
    }

    fn refusal(&self, limit: u64) -> Option<String> {
        let at = self.at();
        if let Some(error) = &self.error {
            return Some(format!("{at}: fails on a copy of the schema: {error}"));
        }
        if let Some(failure) = &self.failure {
            return Some(format!(
                "{at}: makes {} of {} requests of the running code fail: {failure}; instead: expand first and contract in a later promotion",
                self.failed, self.requests
            ));
        }
        (self.stall_ms > limit).then(|| {
            let locks: Vec<String> = self.locks.iter().map(Lock::text).collect();
            let locks = if locks.is_empty() { "no lock on a table".to_owned() } else { locks.join(", ") };
            format!(
                "{at}: made a request ({}) wait for {}, and `promotion.max-migration-stall-ms` allows {}: {locks}; instead: change the data in small parts, in a later release of the backend",
                self.stalled.as_deref().unwrap_or("unknown"),
                time(self.stall_ms),
                time(limit),
            )
        })
    }
}

impl Lock {
    fn text(&self) -> String {
        let waited = match self.waited_ms {
            0 => String::new(),
            waited => format!(" after a wait of {}", time(waited)),
        };
        format!("{} on `{}` for {}{waited}", self.mode, self.table, time(self.held_ms))
    }
}

/// Milliseconds below ten seconds, else seconds.
fn time(ms: u64) -> String {
    if ms < 10_000 { format!("{ms} ms") } else { format!("{} s", ms / 1000) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tried(name: &str, stall_ms: u64) -> Tried {
        Tried {
            file: format!("src/apps/backend/migrations/{name}"),
            line: 3,
            column: 1,
            took_ms: stall_ms + 5,
            stall_ms,
            stalled: Some("store a reading".into()),
            requests: 900,
            ..Tried::default()
        }
    }

    fn trial(tried: Vec<Tried>) -> Trial {
        Trial { readings: 50_000, tried }
    }

    #[test]
    fn long_stall_is_refused_with_place_and_lock() {
        let lock = Lock {
            table: "reading".into(),
            mode: "AccessExclusiveLock".into(),
            held_ms: 119_990,
            waited_ms: 12,
        };
        let slow =
            trial(vec![tried("0004_a.sql", 7), Tried { locks: vec![lock], ..tried("0005_b.sql", 120_004) }]);
        assert_eq!(
            slow.refusal(Duration::from_secs(1)).unwrap(),
            "src/apps/backend/migrations/0005_b.sql:3:1: made a request (store a reading) wait for 120 s, and \
             `promotion.max-migration-stall-ms` allows 1000 ms: AccessExclusiveLock on `reading` for 119 s after a \
             wait of 12 ms; instead: change the data in small parts, in a later release of the backend"
        );
        assert!(slow.text().starts_with(
            "on a copy with 50000 readings: 0004_a.sql took 12 ms, the longest of 900 requests 7 ms; 0005_b.sql took 120 s"
        ));
    }

    #[test]
    fn error_and_failed_requests_are_refused_at_any_limit() {
        let error = Some("ERROR:  column \"x\" does not exist".to_owned());
        let broken = trial(vec![Tried { error, ..tried("0004_a.sql", 1) }]);
        assert_eq!(
            broken.refusal(Duration::MAX).unwrap(),
            "src/apps/backend/migrations/0004_a.sql:3:1: fails on a copy of the schema: ERROR:  column \"x\" does not exist"
        );
        let failure = Some("store a reading: relation \"reading\" does not exist".to_owned());
        let renamed = trial(vec![Tried { failed: 40, failure, ..tried("0004_a.sql", 1) }]);
        let refusal = renamed.refusal(Duration::MAX).unwrap();
        assert!(
            refusal.contains("makes 40 of 900 requests of the running code fail: store a reading:"),
            "{refusal}"
        );
    }

    proptest! {
        #[test]
        fn exactly_the_migrations_above_the_limit_are_named(
            stalls in proptest::collection::vec(0_u64..3000, 0..6), limit in 0_u64..3000,
        ) {
            let all = stalls.iter().enumerate().map(|(at, stall)| tried(&format!("{at:04}_x.sql"), *stall));
            let refusal = trial(all.collect()).refusal(Duration::from_millis(limit)).unwrap_or_default();
            for (at, stall) in stalls.iter().enumerate() {
                prop_assert_eq!(refusal.contains(&format!("{at:04}_x.sql:3:1")), *stall > limit);
            }
        }
    }
}
