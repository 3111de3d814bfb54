//! Runs one child process with its arguments, environment, input and time limit.

use std::{
    ffi::{OsStr, OsString},
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader},
    process::{Child, Command},
    sync::mpsc,
};

use super::{Captured, ToolError};

/// The number of output lines that an error contains.
const TAIL_LINES: usize = 30;

/// The stream of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// One line of output, without its line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The stream of the line.
    pub stream: Stream,
    /// The text; invalid UTF-8 is replaced.
    pub text: String,
}

/// A child process to run. Secrets are passed through [`Invocation::stdin`] or a file, never as an argument.
#[derive(Debug, Clone)]
#[must_use]
pub struct Invocation {
    program: OsString,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    unset: Vec<OsString>,
    cwd: Option<PathBuf>,
    stdin: Option<Vec<u8>>,
    limit: Option<Duration>,
    inherits_git: bool,
}

impl Invocation {
    /// An invocation of `program`, which is looked up on `PATH` unless it is a path.
    pub fn new(program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            env: Vec::new(),
            unset: Vec::new(),
            cwd: None,
            stdin: None,
            limit: None,
            inherits_git: false,
        }
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable, also one that was removed before.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        let name = name.into();
        self.unset.retain(|removed| *removed != name);
        self.env.push((name, value.into()));
        self
    }

    /// Removes an environment variable.
    pub fn unset(mut self, name: impl Into<OsString>) -> Self {
        self.unset.push(name.into());
        self
    }

    /// Removes the user's proxies, for a child that talks to this machine only.
    pub fn without_proxies(mut self) -> Self {
        self.unset.extend(super::proxy::names().map(OsString::from));
        self
    }

    /// Sets the working directory.
    pub fn cwd(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cwd = Some(folder.into());
        self
    }

    /// Sets the standard input; by default it is empty.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// Sets the time limit; the child is killed when it is exceeded.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Passes on all variables of Git, for a command of the user.
    pub fn inheriting_git(mut self) -> Self {
        self.inherits_git = true;
        self
    }

    /// The command line, for messages.
    pub fn command_line(&self) -> String {
        std::iter::once(&self.program)
            .chain(&self.args)
            .map(|part| part.to_string_lossy())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Runs the child and returns its output; any exit code but 0 is an error.
    pub async fn capture(self) -> Result<Captured, ToolError> {
        self.watch(|_| ()).await
    }

    /// Like [`Invocation::capture`], and calls `on_line` for every line as it is written.
    ///
    /// Dropping the future kills the child.
    pub async fn watch(self, mut on_line: impl FnMut(&Line)) -> Result<Captured, ToolError> {
        let command = self.command_line();
        let mut child = self.spawn()?;
        let mut group = Group::of(&child);
        let mut lines = read_lines(&mut child);
        let feed = feed(&mut child, self.stdin.clone());
        let mut captured = Captured::default();
        let run = async {
            while let Some(line) = lines.recv().await {
                on_line(&line);
                let stream = match line.stream {
                    Stream::Stdout => &mut captured.stdout,
                    Stream::Stderr => &mut captured.stderr,
                };
                stream.push_str(&line.text);
                stream.push('\n');
            }
            child.wait().await
        };
        let ended = match self.limit {
            Some(limit) => tokio::time::timeout(limit, run).await.map_err(|_| limit),
            None => Ok(run.await),
        };
        if let Some(feed) = feed {
            feed.abort();
        }
        if ended.is_ok() {
            group.0 = None;
        }
        match ended {
            Ok(Ok(status)) => evaluate(status, command, captured),
            Ok(Err(error)) => Err(self.io(&error)),
            Err(limit) => Err(ToolError::TimedOut { command, limit, tail: tail(&captured) }),
        }
    }

    /// Starts the child in its own process group, so that Ctrl-C for seasense does not interrupt the child
    /// half-way.
    #[expect(clippy::disallowed_methods, reason = "this is the only place that starts processes")]
    fn spawn(&self) -> Result<Child, ToolError> {
        let mut command = Command::new(&self.program);
        if !self.inherits_git {
            for name in super::git_variables::redirecting() {
                command.env_remove(name);
            }
        }
        command
            .args(&self.args)
            .env("LC_ALL", "C.UTF-8")
            .envs(super::proxy::exceptions())
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        self.unset.iter().for_each(|name| {
            command.env_remove(name);
        });
        if let Some(folder) = &self.cwd {
            command.current_dir(folder);
        }
        command.spawn().map_err(|error| self.io(&error))
    }

    fn io(&self, error: &std::io::Error) -> ToolError {
        let program = self.program.to_string_lossy().into_owned();
        let folder_exists = self.cwd.as_ref().is_none_or(|folder| folder.is_dir());
        if error.kind() == std::io::ErrorKind::NotFound && folder_exists {
            return ToolError::Missing { program };
        }
        ToolError::Io { program, message: error.to_string() }
    }
}

/// The process group of a child, killed on drop while the child runs: the child may have started further
/// processes.
struct Group(Option<rustix::process::Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(rustix::process::Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // The group may have ended already.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

impl<P: AsRef<OsStr> + Into<OsString>> From<P> for Invocation {
    fn from(program: P) -> Self {
        Self::new(program)
    }
}

fn feed(child: &mut Child, bytes: Option<Vec<u8>>) -> Option<tokio::task::JoinHandle<()>> {
    let mut pipe = child.stdin.take()?;
    let bytes = bytes?;
    Some(tokio::spawn(async move {
        // A child that does not read its input closes it; its exit code shows whether that is an error.
        let _ = pipe.write_all(&bytes).await;
        let _ = pipe.shutdown().await;
    }))
}

fn read_lines(child: &mut Child) -> mpsc::Receiver<Line> {
    let (sender, receiver) = mpsc::channel(256);
    if let Some(stdout) = child.stdout.take() {
        tokio::spawn(pump(stdout, Stream::Stdout, sender.clone()));
    }
    if let Some(stderr) = child.stderr.take() {
        tokio::spawn(pump(stderr, Stream::Stderr, sender));
    }
    receiver
}

async fn pump(pipe: impl AsyncRead + Unpin, stream: Stream, lines: mpsc::Sender<Line>) {
    let mut reader = BufReader::new(pipe);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_until(b'\n', &mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                let text = String::from_utf8_lossy(&buffer).trim_end_matches(['\n', '\r']).to_owned();
                if lines.send(Line { stream, text }).await.is_err() {
                    return;
                }
            }
        }
    }
}

fn evaluate(status: ExitStatus, command: String, captured: Captured) -> Result<Captured, ToolError> {
    match (status.code(), status.signal()) {
        (Some(0), _) => Ok(captured),
        (Some(code), _) => Err(ToolError::Exited { command, code, tail: tail(&captured) }),
        (None, signal) => Err(ToolError::Signalled { command, signal: signal.unwrap_or_default() }),
    }
}

fn tail(captured: &Captured) -> String {
    let text = if captured.stderr.trim().is_empty() { &captured.stdout } else { &captured.stderr };
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

#[cfg(test)]
#[path = "invocation_tests.rs"]
mod tests;
