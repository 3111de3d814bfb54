//! Runs the user's command against the environment; its output is passed on without the database password.

use std::{collections::VecDeque, ffi::OsString, path::Path, time::Instant};

use super::{junit::Case, report::Report};
use crate::{
    base::{
        event::{Event, Step},
        failure::{Failure, Kind, Result},
        k8s::Client,
        tool::{Invocation, Line, Stream},
    },
    observe::EnvironmentStatus,
    workloads,
};

/// How many of the last lines the report keeps.
const KEPT: usize = 500;

/// Runs `command`; any exit code but 0 is a failure of kind `Command`.
pub async fn run(
    (report, output): (&Report, &dyn Fn(&str)),
    command: &[OsString],
    (client, status, state): (&Client, &EnvironmentStatus, &Path),
) -> Result<()> {
    let access = workloads::forward_database(client, state).await?;
    let Some((program, arguments)) = command.split_first() else { return Ok(()) };
    let invocation = Invocation::new(program)
        .inheriting_git()
        .args(arguments.iter().cloned())
        .env("SEASENSE_API_URL", &status.endpoints.api)
        .env("SEASENSE_PAGE_URL", &status.endpoints.page)
        .env("SEASENSE_CA_FILE", &status.endpoints.ca_file)
        .env("SEASENSE_DATABASE_URL", access.url())
        .env("KUBECONFIG", &status.endpoints.kubeconfig);
    let name = invocation.command_line();
    let step = Step::start(report.events(), "ci.command", format!("Run `{name}`"));
    let begun = Instant::now();
    let mut log = Log::new(access.password());
    let ended = invocation
        .watch(|line| {
            let text = log.add(line);
            match line.stream {
                Stream::Stdout => output(&text),
                Stream::Stderr => report.events().emit(Event::Notice { text }),
            }
        })
        .await;
    let result = match ended {
        Ok(_) => {
            step.done("");
            Ok(String::new())
        }
        Err(error) => {
            let failure = error.into_failure(Kind::Command, "the command failed");
            Err(log.redact_failure(failure).hint("see the last lines of its output above and in the report"))
        }
    };
    let case = Case { output: log.text(), ..Case::of(name, Some(begun.elapsed()), &result) };
    report.add("command", vec![case]);
    result.map(drop)
}

/// The last lines of the output, without the secret.
struct Log {
    secret: String,
    lines: VecDeque<String>,
}

impl Log {
    fn new(secret: &str) -> Self {
        Self { secret: secret.to_owned(), lines: VecDeque::new() }
    }

    /// Adds a line; returns it without the secret.
    fn add(&mut self, line: &Line) -> String {
        let text = self.redact(&line.text);
        if self.lines.len() == KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(text.clone());
        text
    }

    fn redact(&self, text: &str) -> String {
        if self.secret.is_empty() { text.to_owned() } else { text.replace(&self.secret, "[redacted]") }
    }

    fn redact_failure(&self, mut failure: Failure) -> Failure {
        failure.causes = failure.causes.iter().map(|cause| self.redact(cause)).collect();
        failure
    }

    fn text(&self) -> String {
        self.lines.iter().flat_map(|line| [line, "\n"]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_without_the_password() {
        let mut log = Log::new("hunter2");
        for number in 0..=KEPT {
            log.add(&Line { stream: Stream::Stdout, text: format!("{number} hunter2") });
        }
        let text = log.text();
        assert_eq!(text.lines().count(), KEPT);
        assert!(text.starts_with("1 [redacted]\n") && !text.contains("hunter2"));
        let failure = log.redact_failure(Failure::new(Kind::Command, "x").because("psql: hunter2"));
        assert_eq!(failure.causes, ["psql: [redacted]"]);
    }
}
