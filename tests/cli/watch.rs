//! The full-screen view in a real terminal, which `script` creates: it draws, handles keys, and restores the
//! terminal.

use std::{
    fs,
    io::{Read, Write},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use super::{fakes, harness::Harness};

const LEAVE: &str = "\u{1b}[?1049l";
const SHOW_CURSOR: &str = "\u{1b}[?25h";

/// A terminal of 80 columns and 24 lines in which one command runs.
struct Terminal {
    harness: Harness,
    script: Child,
    shown: Arc<Mutex<Vec<u8>>>,
}

impl Terminal {
    /// Runs `command` in a shell in a terminal; `None` if this machine has no `script`. The shell writes files:
    /// the process ID of the command, its exit code, and the settings of the terminal before and after.
    fn run(harness: Harness, command: &str, settings: &[(&str, &str)]) -> Option<Self> {
        let root = harness.root();
        let inner = format!(
            "cd '{root}'; stty cols 80 rows 24; stty -a > before; sh -c 'echo $$ > pid; exec {command}'; echo $? > code; \
             stty -a > after; echo end of the command",
            root = root.display()
        );
        let script = Command::new("script")
            .args(["--quiet", "--flush", "--command", &inner, "/dev/null"])
            .env("TERM", "xterm-256color")
            .env("SHELL", "/bin/sh")
            .env_remove("NO_COLOR")
            .envs(settings.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut script) = script else {
            eprintln!("skipped: this machine has no `script`");
            return None;
        };
        let shown = Arc::new(Mutex::new(Vec::new()));
        let (mut output, received) = (script.stdout.take().unwrap(), Arc::clone(&shown));
        std::thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut part) {
                received.lock().unwrap().extend_from_slice(&part[..count]);
            }
        });
        Some(Self { harness, script, shown })
    }

    /// Starts the view of an environment without a cluster.
    fn view(settings: &[(&str, &str)]) -> Option<Self> {
        let harness = Harness::new();
        fakes::docker(&harness.socket(), |_| None);
        let root = harness.root();
        let command = format!(
            "env HOME={root}/home DOCKER_HOST=unix://{} {} --project {root}/project status --watch",
            harness.socket().display(),
            env!("CARGO_BIN_EXE_seasense"),
            root = root.display(),
        );
        Self::run(harness, &command, settings)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().unwrap()).into_owned()
    }

    /// Waits until the screen contains `part`.
    fn wait_for(&self, part: &str) {
        self.wait_until(part, |sent| drawn(sent).contains(part));
    }

    fn wait_until(&self, what: &str, done: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        while !done(&self.text()) {
            let timed_out = begun.elapsed() > Duration::from_secs(40);
            assert!(!timed_out, "{what:?} is not shown:\n{}", drawn(&self.text()));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn press(&mut self, keys: &str) {
        let input = self.script.stdin.as_mut().unwrap();
        input.write_all(keys.as_bytes()).and_then(|()| input.flush()).unwrap();
    }

    fn file(&self, name: &str) -> String {
        let path: PathBuf = self.harness.root().join(name);
        fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
            .trim()
            .to_owned()
    }

    /// Waits for the end, checks that the terminal was restored, and returns the exit code.
    fn wait_for_exit(mut self) -> i32 {
        // The text follows the view at any cursor position, so the raw output is searched.
        self.wait_until("end of the command", |sent| sent.contains("end of the command"));
        drop(self.script.stdin.take());
        self.script.wait().unwrap();
        assert_eq!(self.file("after"), self.file("before"), "the terminal's settings were not restored");
        let text = self.text();
        let (left, end) = (text.rfind(LEAVE).unwrap(), text.rfind("end of the command").unwrap());
        assert!(left < end && text.rfind(SHOW_CURSOR).is_some(), "the screen was not restored:\n{text}");
        self.file("code").parse().unwrap()
    }
}

/// Returns the screen of a terminal of 80 columns. The program sends only changed cells, so cursor movements
/// are followed.
fn drawn(sent: &str) -> String {
    let mut lines = vec![vec![' '; 80]; 24];
    let (mut row, mut column) = (0, 0);
    let mut rest = sent.chars();
    while let Some(next) = rest.next() {
        match next {
            '\u{1b}' => {
                let mut sequence = String::new();
                let ending = rest.by_ref().skip(1).find(|c| {
                    let ends = c.is_ascii_alphabetic();
                    sequence.extend((!ends).then_some(*c));
                    ends
                });
                let numbers: Vec<usize> =
                    sequence.split(';').filter_map(|number| number.parse().ok()).collect();
                if let (Some('H'), [down, right]) = (ending, &numbers[..]) {
                    (row, column) = (down.saturating_sub(1), right.saturating_sub(1));
                }
            }
            '\n' => row += 1,
            '\r' => column = 0,
            shown => {
                if let Some(cell) = lines.get_mut(row.min(23)).and_then(|line| line.get_mut(column)) {
                    *cell = shown;
                }
                column += 1;
            }
        }
    }
    lines.into_iter().map(|line| line.into_iter().collect::<String>() + "\n").collect()
}

#[test]
fn view_shows_problems_handles_keys_and_ends_with_q() {
    let Some(mut terminal) = Terminal::view(&[]) else { return };
    terminal.wait_for("there is no cluster");
    terminal.press("?");
    terminal.wait_for("the environment keeps running");
    terminal.press("l");
    terminal.wait_for("seasense logs flux --follow");
    terminal.press("q");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn ctrl_c_ends_the_view_like_q() {
    let Some(mut terminal) = Terminal::view(&[]) else { return };
    terminal.wait_for("there is no cluster");
    terminal.press("\u{3}");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn signals_end_the_view_and_restore_the_terminal() {
    use rustix::process::{Pid, Signal, kill_process};
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let Some(terminal) = Terminal::view(&[]) else { return };
        terminal.wait_for("there is no cluster");
        let pid = Pid::from_raw(terminal.file("pid").parse().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
        assert_eq!(terminal.wait_for_exit(), 130, "{signal:?}");
    }
}

#[test]
fn no_color_disables_colours() {
    let red = "\u{1b}[38;5;1";
    for (settings, expected) in [(&[][..], true), (&[("NO_COLOR", "1")], false)] {
        let Some(mut terminal) = Terminal::view(settings) else { return };
        terminal.wait_for("there is no cluster");
        terminal.press("q");
        let shown = Arc::clone(&terminal.shown);
        assert_eq!(terminal.wait_for_exit(), 0);
        let text = String::from_utf8_lossy(&shown.lock().unwrap()).into_owned();
        assert_eq!(text.contains(red), expected, "{text:?}");
    }
}

#[test]
fn panic_restores_the_terminal_before_its_message() {
    let this = std::env::current_exe().unwrap();
    let command = format!("{} --exact watch::helper_view_that_panics --ignored --nocapture", this.display());
    let Some(terminal) = Terminal::run(Harness::new(), &command, &[]) else { return };
    let shown = Arc::clone(&terminal.shown);
    assert_ne!(terminal.wait_for_exit(), 0);
    let text = String::from_utf8_lossy(&shown.lock().unwrap()).into_owned();
    let (left, message) = (text.find(LEAVE).unwrap(), text.find("the view broke").unwrap());
    assert!(left < message, "the view has overwritten the message:\n{text}");
}

#[test]
#[ignore = "run by the test above in a terminal"]
fn helper_view_that_panics() {
    let _screen = seasense::ui::Screen::open().unwrap();
    panic!("the view broke");
}
