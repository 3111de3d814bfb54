//! The full-screen view on a real terminal, made by `script`: it draws, it obeys, and it gives the terminal back.

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
    /// Runs `command` in a shell on a terminal; `None` where this machine has no `script`. The shell writes its own process
    /// id, which becomes the command's, the command's exit code, and the terminal's settings before and after.
    fn run(harness: Harness, command: &str, settings: &[(&str, &str)]) -> Option<Self> {
        let root = harness.root();
        let inner = format!(
            "cd '{root}'; stty cols 80 rows 24; stty -a > before; sh -c 'echo $$ > pid; exec {command}'; echo $? > code; \
             stty -a > after; echo the end of it",
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
        let (mut output, seen) = (script.stdout.take().unwrap(), Arc::clone(&shown));
        std::thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut part) {
                seen.lock().unwrap().extend_from_slice(&part[..count]);
            }
        });
        Some(Self { harness, script, shown })
    }

    /// The view of an environment that has no cluster.
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

    /// Waits until `part` stands on the screen.
    fn wait_for(&self, part: &str) {
        self.wait_until(part, |sent| drawn(sent).contains(part));
    }

    fn wait_until(&self, what: &str, done: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        while !done(&self.text()) {
            let late = begun.elapsed() > Duration::from_secs(40);
            assert!(!late, "{what:?} is not shown:\n{}", drawn(&self.text()));
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

    /// Waits for the end; gives the exit code once it is sure that the terminal is as it was.
    fn ended(mut self) -> i32 {
        // Behind the view, wherever the cursor stood before.
        self.wait_until("the end of it", |sent| sent.contains("the end of it"));
        drop(self.script.stdin.take());
        self.script.wait().unwrap();
        assert_eq!(self.file("after"), self.file("before"), "the terminal's settings were not restored");
        let text = self.text();
        let (left, end) = (text.rfind(LEAVE).unwrap(), text.rfind("the end of it").unwrap());
        assert!(left < end && text.rfind(SHOW_CURSOR).is_some(), "the screen was not given back:\n{text}");
        self.file("code").parse().unwrap()
    }
}

/// What a terminal of 80 columns shows: only what changed is sent, so the pieces have to be put in their places.
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
fn it_shows_what_is_wrong_obeys_keys_and_leaves_with_q() {
    let Some(mut terminal) = Terminal::view(&[]) else { return };
    terminal.wait_for("there is no cluster");
    terminal.press("?");
    terminal.wait_for("nothing is stopped by it");
    terminal.press("l");
    terminal.wait_for("seasense logs flux --follow");
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn ctrl_c_leaves_it_like_q() {
    let Some(mut terminal) = Terminal::view(&[]) else { return };
    terminal.wait_for("there is no cluster");
    terminal.press("\u{3}");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn a_signal_ends_it_and_gives_the_terminal_back() {
    use rustix::process::{Pid, Signal, kill_process};
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let Some(terminal) = Terminal::view(&[]) else { return };
        terminal.wait_for("there is no cluster");
        let pid = Pid::from_raw(terminal.file("pid").parse().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
        assert_eq!(terminal.ended(), 130, "{signal:?}");
    }
}

#[test]
fn colours_are_left_out_where_they_are_not_wanted() {
    let red = "\u{1b}[38;5;1";
    for (settings, expected) in [(&[][..], true), (&[("NO_COLOR", "1")], false)] {
        let Some(mut terminal) = Terminal::view(settings) else { return };
        terminal.wait_for("there is no cluster");
        terminal.press("q");
        let shown = Arc::clone(&terminal.shown);
        assert_eq!(terminal.ended(), 0);
        let text = String::from_utf8_lossy(&shown.lock().unwrap()).into_owned();
        assert_eq!(text.contains(red), expected, "{text:?}");
    }
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_told() {
    let this = std::env::current_exe().unwrap();
    let command = format!("{} --exact watch::a_view_that_panics --ignored --nocapture", this.display());
    let Some(terminal) = Terminal::run(Harness::new(), &command, &[]) else { return };
    let shown = Arc::clone(&terminal.shown);
    assert_ne!(terminal.ended(), 0);
    let text = String::from_utf8_lossy(&shown.lock().unwrap()).into_owned();
    let (left, told) = (text.find(LEAVE).unwrap(), text.find("the view broke").unwrap());
    assert!(left < told, "the message was drawn over:\n{text}");
}

#[test]
#[ignore = "the other half of the test above, which runs it on a terminal of its own"]
fn a_view_that_panics() {
    let _screen = seasense::ui::Screen::open().unwrap();
    panic!("the view broke");
}
