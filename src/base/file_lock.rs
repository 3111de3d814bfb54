//! Exclusive locks on files; the kernel releases them when their holder ends. A refused lock names its holder.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{Read, Write},
    path::Path,
    time::{Duration, SystemTime},
};

use super::{
    duration,
    failure::{Context, Failure, Kind, Result},
};

/// A lock; released on drop.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

/// The process that holds a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    process: String,
    command: Option<String>,
    held_for: Option<Duration>,
}

impl FileLock {
    /// Acquires the lock `path`; returns its holder if another process has it.
    ///
    /// The file stays: removing it would not release the lock.
    pub fn attempt(path: &Path) -> Result<std::result::Result<Self, Holder>> {
        let file = open(path)?;
        if file.try_lock().is_err() {
            return Ok(Err(Holder::of(path)));
        }
        own(file, path).map(Ok)
    }

    /// Acquires the lock `path`, however long its holder keeps it; calls `on_wait` once if it has one.
    pub async fn acquire(path: &Path, on_wait: impl FnOnce(&Holder)) -> Result<Self> {
        match Self::attempt(path)? {
            Ok(lock) => return Ok(lock),
            Err(holder) => on_wait(&holder),
        }
        let file = open(path)?;
        let waited = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await;
        let file = waited
            .map_err(|error| Failure::new(Kind::Internal, what(path)).caused_by(&error))?
            .with_context(Kind::Tool, || what(path))?;
        own(file, path)
    }
}

impl Holder {
    /// The holder of the lock `path`, from what it wrote there and from the kernel.
    fn of(path: &Path) -> Self {
        let mut process = String::new();
        // The holder is only shown.
        let _ = File::open(path).and_then(|mut file| file.read_to_string(&mut process));
        let process = process.trim().to_owned();
        let command = std::fs::read(format!("/proc/{process}/cmdline")).ok();
        let taken = std::fs::metadata(path).and_then(|found| found.modified()).ok();
        Self {
            command: command.and_then(|arguments| shown(&arguments)),
            held_for: taken.and_then(|taken| SystemTime::now().duration_since(taken).ok()),
            process,
        }
    }

    /// Whether the holder runs until the user ends it.
    pub fn is_watch(&self) -> bool {
        self.command.as_deref().is_some_and(|command| command.split(' ').any(|word| word == "--watch"))
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let process = if self.process.is_empty() { "unknown" } else { &self.process };
        write!(f, "process {process}")?;
        let command = self.command.as_ref().map(|command| format!("`{command}`"));
        let since = self.held_for.map(|time| format!("for {}", duration::text(time)));
        let known: Vec<String> = command.into_iter().chain(since).collect();
        if known.is_empty() { Ok(()) } else { write!(f, " ({})", known.join(", ")) }
    }
}

/// A command line as `/proc` has it, without the directory of its program and without a command of the user.
fn shown(arguments: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(arguments);
    let mut words = text.trim_end_matches('\0').split('\0');
    let program = words.next().filter(|program| !program.is_empty())?;
    let program = program.rsplit('/').next().unwrap_or(program);
    let rest = words.take_while(|word| *word != "--");
    Some(std::iter::once(program).chain(rest).collect::<Vec<_>>().join(" "))
}

fn what(path: &Path) -> String {
    format!("acquire the lock `{}`", path.display())
}

fn open(path: &Path) -> Result<File> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).with_context(Kind::Tool, || what(path))?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options.open(path).with_context(Kind::Tool, || what(path))
}

/// Writes this process into the file, which also sets the time since when the lock is held.
fn own(mut file: File, path: &Path) -> Result<FileLock> {
    file.set_len(0).with_context(Kind::Tool, || what(path))?;
    write!(file, "{}", std::process::id()).with_context(Kind::Tool, || what(path))?;
    Ok(FileLock { _file: file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holder_is_named_with_its_command_and_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("locks/a.lock");
        let first = FileLock::attempt(&path).unwrap().unwrap();
        let holder = FileLock::attempt(&path).unwrap().unwrap_err();
        let text = holder.to_string();
        assert!(text.starts_with(&format!("process {} (`", std::process::id())), "{text}");
        assert!(text.contains("`, for ") && !holder.is_watch(), "{text}");
        drop(first);
        assert!(FileLock::attempt(&path).unwrap().is_ok());
    }

    #[test]
    fn command_is_shown_without_folder_and_without_the_users_part() {
        assert_eq!(shown(b"/bin/seasense\0dev\0--watch\0").as_deref(), Some("seasense dev --watch"));
        assert_eq!(shown(b"seasense\0ci\0--\0login\0hunter2\0").as_deref(), Some("seasense ci"));
        assert_eq!(shown(b""), None);
        let holder =
            Holder { process: "7".into(), command: shown(b"seasense\0dev\0--watch\0"), held_for: None };
        assert!(holder.is_watch());
        assert_eq!(Holder { command: None, ..holder }.to_string(), "process 7");
    }

    #[tokio::test]
    async fn waiting_run_names_the_holder_and_continues_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        let first = FileLock::attempt(&path).unwrap().unwrap();
        let mut seen = String::new();
        let second = FileLock::acquire(&path, |holder| {
            seen = holder.to_string();
            drop(first);
        });
        second.await.unwrap();
        assert!(seen.contains(&std::process::id().to_string()), "{seen}");
    }
}
