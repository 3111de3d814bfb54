//! The command that a run was given: told where everything is, its words passed on, its secrets kept back.

use std::{ffi::OsString, path::Path, time::Instant};

use super::report::Report;
use crate::{
    base::{
        event::{Event, Step},
        failure::{Failure, Kind, Result},
        k8s::Client,
        tool::{Invocation, Line, Stream},
    },
    observe::Snapshot,
    ui::{Ui, junit::Case},
    workloads,
};

/// How many of the last lines the report keeps.
const KEPT: usize = 500;

/// Runs `command`; anything but exit code 0 is a failure of kind `Command`.
pub async fn run(
    ui: &Ui,
    report: &Report,
    command: &[OsString],
    (client, seen, state): (&Client, &Snapshot, &Path),
) -> Result<()> {
    let access = workloads::reach_database(client, state).await?;
    let Some((program, arguments)) = command.split_first() else { return Ok(()) };
    let invocation = Invocation::new(program)
        .args(arguments.iter().cloned())
        .env("SEASENSE_API_URL", &seen.endpoints.api)
        .env("SEASENSE_PAGE_URL", &seen.endpoints.page)
        .env("SEASENSE_CA_FILE", &seen.endpoints.ca_file)
        .env("SEASENSE_DATABASE_URL", access.url())
        .env("KUBECONFIG", &seen.endpoints.kubeconfig);
    let name = invocation.command_line();
    let step = Step::start(report.events(), "ci.command", format!("Run `{name}`"));
    let begun = Instant::now();
    let mut kept = Kept::new(access.password());
    let ended = invocation
        .watch(|line| {
            let text = kept.keep(line);
            match line.stream {
                Stream::Stdout => ui.data(&format!("{text}\n")),
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
            Err(kept.redacted(failure).hint("its last words stand above and in the report"))
        }
    };
    let case = Case { output: kept.text(), ..Case::of(name, Some(begun.elapsed()), &result) };
    report.add("command", vec![case]);
    result.map(drop)
}

/// The last lines that were written, without the secret.
struct Kept {
    secret: String,
    lines: std::collections::VecDeque<String>,
}

impl Kept {
    fn new(secret: &str) -> Self {
        Self { secret: secret.to_owned(), lines: std::collections::VecDeque::new() }
    }

    fn keep(&mut self, line: &Line) -> String {
        let text = self.without_secret(&line.text);
        if self.lines.len() == KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(text.clone());
        text
    }

    fn without_secret(&self, text: &str) -> String {
        if self.secret.is_empty() { text.to_owned() } else { text.replace(&self.secret, "[redacted]") }
    }

    fn redacted(&self, mut failure: Failure) -> Failure {
        failure.causes = failure.causes.iter().map(|cause| self.without_secret(cause)).collect();
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
    fn the_last_lines_are_kept_and_the_password_is_not() {
        let mut kept = Kept::new("hunter2");
        for number in 0..=KEPT {
            kept.keep(&Line { stream: Stream::Stdout, text: format!("{number} hunter2") });
        }
        let text = kept.text();
        assert_eq!(text.lines().count(), KEPT);
        assert!(text.starts_with("1 [redacted]\n") && !text.contains("hunter2"));
        let failure = kept.redacted(Failure::new(Kind::Command, "x").because("psql: hunter2"));
        assert_eq!(failure.causes, ["psql: [redacted]"]);
    }
}
