//! Parses what psql prints about a migration and its load; pure.

use super::{
    files::File,
    result::{Lock, Tried},
    script::MARK,
};

/// How far a migration came.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Progress {
    /// When each statement began, in seconds since 1970.
    pub began: Vec<f64>,
    /// When the migration was applied; `None` if a statement failed.
    pub ended: Option<f64>,
}

impl Progress {
    pub fn read(stdout: &str) -> Self {
        let mut progress = Self::default();
        for line in stdout.lines() {
            let fields: Vec<&str> = line.trim().split('|').collect();
            let [MARK, what, time] = fields[..] else { continue };
            let Ok(time) = time.parse() else { continue };
            if what == "end" { progress.ended = Some(time) } else { progress.began.push(time) }
        }
        progress
    }

    /// Returns the statement that took the largest part of the time from `from` to `until`; the last one if none did.
    fn busiest(&self, from: f64, until: f64) -> usize {
        let ends = self.began.iter().skip(1).copied().chain([self.ended.unwrap_or(until)]);
        let parts = self.began.iter().zip(ends).map(|(began, ended)| ended.min(until) - began.max(from));
        let longest = parts.enumerate().filter(|(_, part)| *part > 0.0).max_by(|a, b| a.1.total_cmp(&b.1));
        longest.map_or_else(|| self.began.len().saturating_sub(1), |(at, _)| at)
    }
}

/// Returns the server's error without the excerpt of the statement.
pub(super) fn error(stderr: &str) -> String {
    let starts = ["ERROR:", "FATAL:", "DETAIL:", "HINT:"];
    let lines: Vec<&str> = stderr
        .lines()
        .map(str::trim)
        .filter(|line| starts.iter().any(|start| line.starts_with(start)))
        .collect();
    if lines.is_empty() { stderr.trim().to_owned() } else { lines.join(" ") }
}

/// The measurements of a migration, or the failure of a request before it.
pub(super) fn tried(file: &File, progress: &Progress, measured: &str) -> Result<Tried, String> {
    let began = progress.began.first().copied().unwrap_or_default();
    let ended = progress.ended.unwrap_or(began);
    let mut tried =
        Tried { file: file.path.clone(), took_ms: milliseconds(ended - began), ..Tried::default() };
    let mut window = (began, ended);
    for line in measured.lines() {
        let (kind, rest) = line.trim().split_once('|').unwrap_or((line, ""));
        match kind {
            "load" => (tried.requests, tried.failed, tried.usual_ms) = three(rest).unwrap_or_default(),
            "early" => return Err(rest.replacen('|', ": ", 1)),
            "fault" => tried.failure = Some(rest.replacen('|', ": ", 1)),
            "stall" => {
                if let Some((ms, from, until, name)) = stall(rest) {
                    (tried.stall_ms, tried.stalled, window) = (ms, Some(name.to_owned()), (from, until));
                }
            }
            "lock" => tried.locks.extend(lock(rest)),
            _ => (),
        }
    }
    place(&mut tried, file, progress.busiest(window.0, window.1));
    Ok(tried)
}

/// The result of a migration that failed.
pub(super) fn failed(file: &File, progress: &Progress, stderr: &str) -> Tried {
    let mut tried = Tried { file: file.path.clone(), error: Some(error(stderr)), ..Tried::default() };
    place(&mut tried, file, progress.began.len().saturating_sub(1));
    tried
}

fn place(tried: &mut Tried, file: &File, statement: usize) {
    let offset = file.statements().get(statement).map_or(0, |(offset, _)| *offset);
    (tried.line, tried.column) = file.location(offset).position.unwrap_or((1, 1));
}

/// `requests|failed|longest before`.
fn three(text: &str) -> Option<(u64, u64, u64)> {
    let mut numbers = text.split('|').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// `milliseconds|began|ended|name`.
fn stall(text: &str) -> Option<(u64, f64, f64, &str)> {
    let mut fields = text.splitn(4, '|');
    let (ms, from, until) = (fields.next()?, fields.next()?, fields.next()?);
    Some((ms.parse().ok()?, from.parse().ok()?, until.parse().ok()?, fields.next()?))
}

/// `table|mode|held|waited`.
fn lock(text: &str) -> Option<Lock> {
    let mut fields = text.rsplitn(4, '|');
    let (waited, held) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let (mode, table) = (fields.next()?.to_owned(), fields.next()?.to_owned());
    Some(Lock { table, mode, held_ms: held, waited_ms: waited })
}

fn milliseconds(seconds: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped; u64 holds any duration"
    )]
    let ms = (seconds * 1000.0).round().max(0.0) as u64;
    ms
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQL: &str = "ALTER TABLE a ADD b int;\nSELECT pg_sleep(3);\nSELECT 1;";

    fn file() -> File {
        File { path: "src/0004_x.sql".into(), sql: SQL.into() }
    }

    #[test]
    fn statement_of_the_stall_is_the_place() {
        let progress = Progress::read(
            "seasense-trial|0|100.000\nseasense-trial|1|100.010\nseasense-trial|2|103.010\nseasense-trial|end|103.020\n",
        );
        assert_eq!((progress.began.len(), progress.ended), (3, Some(103.02)));
        let measured =
            "load|812|0|4\nstall|3004|100.005|103.009|store a reading\nlock|a|AccessExclusiveLock|3010|0\n";
        let tried = tried(&file(), &progress, measured).unwrap();
        assert_eq!((tried.line, tried.column, tried.took_ms), (2, 1, 3020));
        assert_eq!((tried.requests, tried.failed, tried.usual_ms, tried.stall_ms), (812, 0, 4, 3004));
        assert_eq!(tried.stalled.as_deref(), Some("store a reading"));
        assert_eq!(tried.locks.len(), 1);
        assert_eq!((tried.locks[0].table.as_str(), tried.locks[0].held_ms), ("a", 3010));
    }

    #[test]
    fn failed_statement_is_the_place_of_the_servers_error() {
        let progress = Progress::read("seasense-trial|0|100.0\nseasense-trial|1|100.1\n");
        let stderr = "NOTICE:  x\nERROR:  column \"y\" does not exist\nLINE 1: SELECT y\n               ^\nHINT:  none\n";
        let failed = failed(&file(), &progress, stderr);
        assert_eq!((failed.line, failed.column), (2, 1));
        assert_eq!(failed.error.as_deref(), Some("ERROR:  column \"y\" does not exist HINT:  none"));
    }

    #[test]
    fn faults_before_and_after_the_migration_differ() {
        let progress = Progress::read("seasense-trial|0|100.0\nseasense-trial|end|100.1\n");
        let before = tried(&file(), &progress, "load|1|0|2\nearly|read a series|no column | x\n");
        assert_eq!(before, Err("read a series: no column | x".to_owned()));
        let after = tried(&file(), &progress, "load|9|3|2\nfault|read a series|gone\n").unwrap();
        assert_eq!((after.failed, after.failure.as_deref()), (3, Some("read a series: gone")));
    }
}
