//! The content of an interactive terminal; pure: running steps with their pending parts, and the estimated
//! remaining time.

use std::time::Duration;

use super::{
    Style, duration,
    text::about,
    width::{fit, fit_before},
};
use crate::base::event::Pending;

const FRAMES: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME: Duration = Duration::from_millis(120);
const BAR: u64 = 24;

/// A running step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Running {
    pub step: String,
    pub title: String,
    /// The start, as time since the program's start.
    pub begun: Duration,
    pub done: u64,
    pub total: Option<u64>,
    pub detail: String,
    pub parts: Vec<Pending>,
}

/// All running steps.
#[derive(Debug, Default)]
pub(super) struct Screen {
    pub running: Vec<Running>,
}

impl Screen {
    pub(super) fn step(&mut self, step: &str) -> Option<&mut Running> {
        self.running.iter_mut().find(|running| running.step == step)
    }

    pub(super) fn remove(&mut self, step: &str) -> Option<Running> {
        let at = self.running.iter().position(|running| running.step == step)?;
        Some(self.running.remove(at))
    }

    /// Renders lines of at most `width` columns.
    pub(super) fn lines(
        &self,
        now: Duration,
        remaining: Option<Duration>,
        width: usize,
        style: Style,
    ) -> Vec<String> {
        let mut lines = Vec::new();
        for running in &self.running {
            let (head, time) = running.head(now, style);
            lines.push(fit_before(&head, &time, width));
            lines.extend(
                running.parts.iter().map(|part| fit(&format!("    {}", pending(part, style)), width)),
            );
        }
        if let Some(remaining) = remaining.filter(|_| !self.running.is_empty()) {
            lines.push(fit(&format!("  {}", style.dim(&about(remaining))), width));
        }
        lines
    }
}

impl Running {
    fn head(&self, now: Duration, style: Style) -> (String, String) {
        let elapsed = now.saturating_sub(self.begun);
        let frame = usize::try_from(elapsed.as_millis() / FRAME.as_millis()).unwrap_or_default();
        let mut head = format!("{} {}", style.link(FRAMES[frame % FRAMES.len()]), self.title);
        if let Some(total) = self.total.filter(|total| *total > 0) {
            let done = self.done.min(total);
            let filled = usize::try_from(BAR * done / total).unwrap_or_default();
            let empty = usize::try_from(BAR).unwrap_or_default() - filled;
            head += &format!(
                " {}{} {:>3} %",
                style.link(&"█".repeat(filled)),
                style.dim(&"░".repeat(empty)),
                100 * done / total
            );
        }
        if !self.detail.is_empty() {
            head += &format!(" {}", style.dim(&self.detail));
        }
        (head, style.dim(&duration(elapsed)))
    }
}

fn pending(part: &Pending, style: Style) -> String {
    if part.ready {
        return format!("{} {}", style.good("ok"), part.part);
    }
    let since = if part.since.is_zero() { String::new() } else { duration(part.since) };
    let description = [part.blocker.as_deref().unwrap_or_default(), &style.dim(&part.detail), &since]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    format!("{} {:22} {description}", style.warn(".."), part.part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::width::columns;

    fn screen() -> Screen {
        let part = |part: &str, ready, detail: &str| Pending {
            part: part.into(),
            ready,
            blocker: (!ready).then(|| "Cluster seasense/seasense-db".into()),
            detail: detail.into(),
            since: Duration::from_secs(if ready { 0 } else { 3 }),
            after: Vec::new(),
        };
        let running = |step: &str, title: &str| Running {
            step: step.into(),
            title: title.into(),
            begun: Duration::from_secs(1),
            done: 0,
            total: None,
            detail: String::new(),
            parts: Vec::new(),
        };
        Screen {
            running: vec![
                Running {
                    done: 5,
                    total: Some(10),
                    detail: "cert-manager".into(),
                    ..running("supply.push", "Push images")
                },
                Running {
                    parts: vec![
                        part("gateway-config", true, ""),
                        part(
                            "data",
                            false,
                            "Creating the primary\nwith a message that is too long for one line of this terminal",
                        ),
                    ],
                    ..running("phases.follow", "Wait for the phases")
                },
            ],
        }
    }

    fn text(width: usize, left: Option<u64>) -> String {
        let left = left.map(Duration::from_secs);
        screen().lines(Duration::from_secs(13), left, width, Style::PLAIN).join("\n")
    }

    #[test]
    fn steps_show_their_blockers_and_the_remaining_time() {
        insta::assert_snapshot!(text(100, Some(42)), @r"
        ⠋ Push images ████████████░░░░░░░░░░░░  50 % cert-manager 12.0 s
        ⠋ Wait for the phases 12.0 s
            ok gateway-config
            .. data                   Cluster seasense/seasense-db Creating the primary with a message that…
          about 40 s left
        ");
    }

    #[test]
    fn narrow_terminal_cuts_texts_and_keeps_times() {
        insta::assert_snapshot!(text(30, None), @r"
        ⠋ Push images ████████… 12.0 s
        ⠋ Wait for the phases 12.0 s
            ok gateway-config
            .. data                  …
        ");
    }

    #[test]
    fn lines_never_wrap_and_an_empty_screen_has_none() {
        for width in 0..140 {
            for line in text(width, Some(400)).lines() {
                assert!(columns(line) <= width, "{width}: {line}");
            }
        }
        assert!(
            Screen::default()
                .lines(Duration::ZERO, Some(Duration::from_secs(9)), 80, Style::PLAIN)
                .is_empty()
        );
    }
}
