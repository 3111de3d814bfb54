//! Converts debounced file system notifications to sets of changes.

use std::{path::PathBuf, time::Duration};

use notify_debouncer_full::{
    DebounceEventResult, DebouncedEvent, Debouncer, RecommendedCache, new_debouncer,
    notify::{
        self, EventKind, RecommendedWatcher, RecursiveMode,
        event::{AccessKind, AccessMode, ModifyKind},
    },
};
use tokio::sync::mpsc;

use super::{Changes, Ignored, classify};
use crate::{
    base::failure::{Failure, Kind, Result},
    config::{EnvName, Project},
};

/// An editor saves a file in several operations (write a copy, rename it, set its mode) within a few
/// milliseconds.
const QUIET: Duration = Duration::from_millis(100);
/// Directories that are watched recursively.
const RECURSIVE: [&str; 4] = ["gitops", "envs", "infra", "src/apps"];
/// Directories of which only the files are watched.
const FLAT: [&str; 2] = ["", "src"];

/// Watches a checkout.
pub struct Watcher {
    root: PathBuf,
    environment: EnvName,
    ignored: Ignored,
    debouncer: Debouncer<RecommendedWatcher, RecommendedCache>,
    batches: mpsc::UnboundedReceiver<DebounceEventResult>,
}

impl Watcher {
    /// Starts to watch `project` for the environment `environment`.
    pub fn start(project: &Project, environment: &EnvName) -> Result<Self> {
        // Notifications have the path that was registered, so the canonical one is registered and compared.
        let root = project.root().canonicalize().unwrap_or_else(|_| project.root().to_owned());
        let (sender, batches) = mpsc::unbounded_channel();
        let forward = move |batch| {
            // Sending fails only if the watch is about to end.
            let _ = sender.send(batch);
        };
        let debouncer = new_debouncer(QUIET, None, forward).map_err(|error| failed(&error))?;
        let ignored = Ignored::of(&root);
        let mut watcher = Self { root, environment: environment.clone(), ignored, debouncer, batches };
        for folder in FLAT {
            watcher.watch(folder, RecursiveMode::NonRecursive)?;
        }
        for folder in RECURSIVE {
            watcher.watch(folder, RecursiveMode::Recursive)?;
        }
        Ok(watcher)
    }

    /// Waits for relevant changes and returns all of them.
    ///
    /// No change is lost if the future is dropped.
    pub async fn next(&mut self) -> Result<Changes> {
        loop {
            let Some(batch) = self.batches.recv().await else {
                return Err(Failure::new(Kind::Internal, "the file watcher has ended"));
            };
            let mut changes = self.read(batch)?;
            while let Ok(batch) = self.batches.try_recv() {
                changes.absorb(self.read(batch)?);
            }
            if !changes.is_empty() {
                return Ok(changes);
            }
        }
    }

    fn read(&mut self, batch: DebounceEventResult) -> Result<Changes> {
        let events = batch.map_err(|errors| match errors.first() {
            Some(error) => failed(error),
            None => Failure::new(Kind::Tool, "watch the checkout"),
        })?;
        let mut changes = Changes::default();
        for event in events.iter().filter(|event| is_relevant(event)) {
            if event.need_rescan() {
                // The kernel dropped notifications: anything may have changed.
                for folder in RECURSIVE {
                    changes.absorb(classify(&self.environment, folder));
                }
                continue;
            }
            for path in &event.paths {
                changes.absorb(self.of(path)?);
            }
        }
        Ok(changes)
    }

    fn of(&mut self, path: &std::path::Path) -> Result<Changes> {
        let Ok(inside) = path.strip_prefix(&self.root) else { return Ok(Changes::default()) };
        let Some(inside) = inside.to_str().map(str::to_owned) else { return Ok(Changes::default()) };
        let changes = classify(&self.environment, &inside);
        if changes.is_empty() || self.ignored.contains(std::path::Path::new(&inside)) {
            return Ok(Changes::default());
        }
        // A directory that was replaced, for example by a checkout of another branch, must be registered again.
        if RECURSIVE.contains(&inside.as_str()) {
            self.watch(&inside, RecursiveMode::Recursive)?;
        }
        Ok(changes)
    }

    /// Watches a directory of the project. A missing one is noticed through its parent.
    fn watch(&mut self, folder: &str, mode: RecursiveMode) -> Result<()> {
        let path = self.root.join(folder);
        if !path.is_dir() {
            return Ok(());
        }
        self.debouncer.watch(path, mode).map_err(|error| failed(&error))
    }
}

/// Whether something was written, created, renamed or removed. Reads and changes of metadata are not relevant.
fn is_relevant(event: &DebouncedEvent) -> bool {
    match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Create(_)
        | EventKind::Remove(_)
        | EventKind::Any => true,
        EventKind::Modify(what) => !matches!(what, ModifyKind::Metadata(_)),
        EventKind::Access(_) => false,
        EventKind::Other => event.need_rescan(),
    }
}

fn failed(error: &notify::Error) -> Failure {
    let failure = Failure::new(Kind::Tool, "watch the checkout").caused_by(error);
    match error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            failure.hint("raise the limit as root: `sysctl fs.inotify.max_user_watches=524288`")
        }
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    struct Sandbox {
        folder: tempfile::TempDir,
        watcher: Watcher,
    }

    impl Sandbox {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            for inside in ["gitops/apps", "envs", "infra", "src/apps/backend"] {
                fs::create_dir_all(folder.path().join(inside)).unwrap();
            }
            fs::write(folder.path().join(".gitignore"), "*.tmp\n").unwrap();
            fs::write(folder.path().join("gitops/apps/a.yaml"), "a: 1\n").unwrap();
            let project = Project::find(folder.path()).unwrap();
            let watcher = Watcher::start(&project, &"local".into()).unwrap();
            Self { folder, watcher }
        }

        fn write(&self, path: &str, text: &str) {
            fs::write(self.folder.path().join(path), text).unwrap();
        }

        /// All changes up to that of `last`.
        async fn until(&mut self, last: &str) -> Changes {
            let mut all = Changes::default();
            while !all.paths.contains(last) {
                let next = tokio::time::timeout(Duration::from_secs(20), self.watcher.next()).await;
                all.absorb(next.expect("a change was not reported").unwrap());
            }
            all
        }
    }

    #[tokio::test]
    async fn complete_edits_are_reported_and_ignored_files_are_not() {
        let mut sandbox = Sandbox::new();
        sandbox.write("gitops/apps/scratch.tmp", "x");
        sandbox.write("README.md", "x");
        // Most editors write a copy and rename it.
        sandbox.write("gitops/apps/a.yaml.new.tmp", "a: 2\n");
        let at = |name: &str| sandbox.folder.path().join("gitops/apps").join(name);
        fs::rename(at("a.yaml.new.tmp"), at("a.yaml")).unwrap();
        let changes = sandbox.until("gitops/apps/a.yaml").await;
        assert!(changes.manifests && changes.workloads.is_empty() && !changes.environment);
        assert_eq!(changes.paths.into_iter().collect::<Vec<_>>(), ["gitops/apps/a.yaml"]);
    }

    #[tokio::test]
    async fn renames_are_reported() {
        let mut sandbox = Sandbox::new();
        let at = |name: &str| sandbox.folder.path().join(name);
        fs::rename(at("gitops/apps"), at("gitops/renamed")).unwrap();
        let changes = sandbox.until("gitops/renamed").await;
        assert!(changes.manifests, "{changes:?}");
        sandbox.write("gitops/renamed/a.yaml", "a: 3\n");
        assert!(sandbox.until("gitops/renamed/a.yaml").await.manifests);
    }

    #[tokio::test]
    async fn a_replaced_directory_is_watched_again() {
        let mut sandbox = Sandbox::new();
        let at = |name: &str| sandbox.folder.path().join(name);
        fs::rename(at("gitops"), at("aside")).unwrap();
        fs::create_dir(at("gitops")).unwrap();
        sandbox.until("gitops").await;
        // The first file may be written before the kernel watches the new directory.
        sandbox.write("gitops/first.yaml", "a: 1\n");
        assert!(sandbox.until("gitops/first.yaml").await.manifests);
    }

    #[tokio::test]
    async fn reading_is_not_a_change() {
        let mut sandbox = Sandbox::new();
        for _ in 0..3 {
            fs::read(sandbox.folder.path().join("gitops/apps/a.yaml")).unwrap();
        }
        sandbox.write("src/apps/backend/x.rs", "");
        let changes = sandbox.until("src/apps/backend/x.rs").await;
        assert!(!changes.manifests, "{changes:?}");
    }
}
