//! The terminal in full-screen mode, restored however the program ends.

use std::{
    io::{IsTerminal, Stdout, Write, stdin, stdout},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use ratatui::{
    Terminal,
    backend::CrosstermBackend,
    crossterm::{
        cursor::{Hide, Show},
        event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, poll, read},
        execute,
        terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
    },
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::mpsc::{Receiver, Sender, channel},
};

use super::{
    Model,
    state::{Key, State},
    view,
};
use crate::base::failure::{Context, Failure, Kind, Result};

/// How often the thread that reads keys checks whether to end.
const READ_LIMIT: Duration = Duration::from_millis(50);

/// The terminal in full-screen mode; restored on drop.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Fails with kind `Usage` if standard input or output is not a terminal.
    pub fn possible() -> Result<()> {
        if !stdin().is_terminal() || !stdout().is_terminal() {
            return Err(Failure::new(Kind::Usage, "`--watch` needs a terminal")
                .hint("run `seasense status`, or `seasense status --json` in a script"));
        }
        Ok(())
    }

    /// Switches the terminal to full-screen mode. A panic restores it before its message is printed.
    pub fn open() -> Result<Self> {
        Self::possible()?;
        let what = "switch the terminal to full-screen mode";
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            restore();
            before(panic);
        }));
        let opened = enable_raw_mode()
            .and_then(|()| execute!(stdout(), EnterAlternateScreen, Hide))
            .and_then(|()| Terminal::new(CrosstermBackend::new(stdout())));
        opened.map(|terminal| Self { terminal }).inspect_err(|_| restore()).context(Kind::Tool, what)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Restores the terminal; safe to call at any time and more than once.
fn restore() {
    // The terminal may no longer exist, and then nothing else can be done.
    let _ = disable_raw_mode();
    let _ = execute!(stdout(), LeaveAlternateScreen, Show);
    let _ = stdout().flush();
}

/// Shows each model until the user quits or the channel is closed.
///
/// Ctrl-C is read as a key. A terminal that disappears ends the view with kind `Interrupted`.
pub async fn watch(mut models: Receiver<Model>, colours: bool) -> Result<()> {
    let mut screen = Screen::open()?;
    let mut hangup = signal(SignalKind::hangup()).context(Kind::Internal, "listen for signals")?;
    let (reader, mut inputs) = Reader::start();
    let (mut model, mut state) = (None, State::default());
    loop {
        let drawn = screen.terminal.draw(|frame| view::draw(frame, model.as_ref(), &state, colours));
        drawn.map(drop).context(Kind::Tool, "draw on the terminal")?;
        tokio::select! {
            next = models.recv() => match next {
                Some(next) => model = Some(next),
                None => break,
            },
            input = inputs.recv() => match input {
                Some(Input::Key(key)) if !state.press(key, model.as_ref()) => break,
                // A terminal that was resized is redrawn.
                Some(_) => {}
                None => break,
            },
            _ = hangup.recv() => return Err(Failure::new(Kind::Interrupted, "the terminal was closed")),
        }
    }
    drop(reader);
    Ok(())
}

enum Input {
    Key(Key),
    Resized,
}

/// A thread that reads keys: reading from a terminal blocks.
struct Reader {
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    fn start() -> (Self, Receiver<Input>) {
        let (sender, inputs) = channel(16);
        let ended = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&ended);
        let thread = std::thread::spawn(move || read_until(&seen, &sender));
        (Self { ended, thread: Some(thread) }, inputs)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Keys after the end belong to the user's shell.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn read_until(ended: &AtomicBool, sender: &Sender<Input>) {
    while !ended.load(Ordering::Relaxed) {
        let event = match poll(READ_LIMIT) {
            Ok(false) => continue,
            Ok(true) => read(),
            Err(error) => Err(error),
        };
        let input = match event {
            Ok(Event::Key(pressed)) => key(pressed).map(Input::Key),
            Ok(Event::Resize(..)) => Some(Input::Resized),
            Ok(_) => None,
            Err(_) => return,
        };
        // The queue is full when a key is held down: surplus keys are dropped.
        if input.is_some_and(|input| sender.try_send(input).is_err() && sender.is_closed()) {
            return;
        }
    }
}

fn key(pressed: KeyEvent) -> Option<Key> {
    if pressed.kind == KeyEventKind::Release {
        return None;
    }
    let control = pressed.modifiers.contains(KeyModifiers::CONTROL);
    Some(match pressed.code {
        KeyCode::Char('c' | 'd') if control => Key::Quit,
        KeyCode::Char(_) if control => return None,
        KeyCode::Char('q') => Key::Quit,
        KeyCode::Char('l') => Key::Logs,
        KeyCode::Char('?' | 'h') => Key::Help,
        KeyCode::Esc => Key::Escape,
        KeyCode::Tab | KeyCode::Right => Key::Next,
        KeyCode::BackTab | KeyCode::Left => Key::Previous,
        KeyCode::Up | KeyCode::Char('k') => Key::Up,
        KeyCode::Down | KeyCode::Char('j') => Key::Down,
        _ => return None,
    })
}
