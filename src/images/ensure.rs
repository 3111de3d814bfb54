//! Selects the supply and ensures its results: existing results are reused, missing ones are created.

use super::{
    Lock, Origin, Scope, SupplyContext, build_supply,
    context::{Mode, latest_lock},
    pull::Reachability,
    pull_supply,
};
use crate::{
    base::{
        event::{Event, Events},
        failure::Result,
        file_lock::FileLock,
    },
    config::{HostDirs, Infra},
    registry::Registry,
};

/// Ensures all images in `what`, and a running local registry that contains them.
///
/// Continues an interrupted run. Fails with kind `Tool`, or `Environment` if a recipe is invalid.
pub async fn ensure(context: &SupplyContext, mode: Mode, what: &Scope) -> Result<(Lock, Registry)> {
    let infra = Infra::load(&context.project)?;
    let _guard = lock_supply(&context.dirs, &context.events).await?;
    match origin(&context.dirs, &context.events, mode, &infra).await? {
        Origin::Build => build_supply::ensure(context, infra, what).await,
        Origin::Pull => pull_supply::ensure(context, infra, mode, what).await,
    }
}

/// Resolves `auto`: the supply of an earlier run, so that it never changes without a request; without one `pull` if any
/// registry that is used responds, which then builds the images of the others.
async fn origin(dirs: &HostDirs, events: &Events, mode: Mode, infra: &Infra) -> Result<Origin> {
    let notice = |text: String| events.emit(Event::Notice { text });
    match mode {
        Mode::Build => return Ok(Origin::Build),
        Mode::Pull => return Ok(Origin::Pull),
        Mode::Auto => {}
    }
    if let Some(origin) = latest_lock(dirs) {
        notice(format!("supply {origin}: used by an earlier run (change it with `--supply`)"));
        return Ok(origin);
    }
    let official = infra.recipes.image.values().filter(|image| image.is_copied());
    let reachability = Reachability::check(official, &infra.versions).await?;
    let origin = if reachability.any() { Origin::Pull } else { Origin::Build };
    notice(format!("supply {origin}: {}", reachability.reason()));
    Ok(origin)
}

/// Takes the lock of the supply directory. Two runs would repeat work and write the same files, so the second
/// one waits.
pub(super) async fn lock_supply(dirs: &HostDirs, events: &Events) -> Result<FileLock> {
    FileLock::acquire(&dirs.cache().join("supply/.lock"), |holder| {
        let text = format!("waiting for another run that supplies images to end: {holder}");
        events.emit(Event::Warning { text });
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        base::{event::Recorder, platform::Platform},
        config::Project,
        images::{
            Lock,
            context::lock_file,
            pull::tests::{closed, responding},
        },
    };

    /// Returns the selected supply and the notices about it. Every registry has the mirror `mirrors` of its name, or else
    /// `rest`.
    async fn chosen(dirs: &HostDirs, mode: Mode, mirror: &str, rest: &str) -> (Origin, Vec<String>) {
        let recorder = Arc::new(Recorder::default());
        let events: Events = recorder.clone();
        let project = Project::find(std::path::Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let mut infra = Infra::load(&project).unwrap();
        infra.versions.mirrors = ["ghcr.io", "docker.io", "quay.io"]
            .map(|name| (name.to_owned(), if name == "ghcr.io" { rest } else { mirror }.to_owned()))
            .into();
        let origin = origin(dirs, &events, mode, &infra).await.unwrap();
        let seen = recorder.0.lock().unwrap();
        let notices = seen.iter().filter_map(|event| match event {
            Event::Notice { text } => Some(text.clone()),
            _ => None,
        });
        (origin, notices.collect())
    }

    #[tokio::test]
    async fn auto_asks_every_registry_that_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        let (open, closed) = (responding("200 OK").await, closed().await);
        let (origin, notices) = chosen(&dirs, Mode::Auto, &open, &open).await;
        assert_eq!(origin, Origin::Pull);
        assert_eq!(notices, ["supply pull: docker.io, ghcr.io, quay.io respond"]);
        let (origin, notices) = chosen(&dirs, Mode::Auto, &closed, &closed).await;
        assert_eq!(origin, Origin::Build);
        assert!(notices[0].starts_with("supply build: no response from docker.io: "), "{notices:?}");
    }

    #[tokio::test]
    async fn auto_pulls_if_only_one_registry_is_blocked() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        let (open, closed) = (responding("200 OK").await, closed().await);
        let (origin, notices) = chosen(&dirs, Mode::Auto, &open, &closed).await;
        assert_eq!(origin, Origin::Pull);
        let expected = "supply pull: docker.io, quay.io respond, no response from ghcr.io: ";
        assert!(notices[0].starts_with(expected), "{notices:?}");
    }

    #[tokio::test]
    async fn auto_keeps_the_supply_of_an_earlier_run() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        Lock::new(Origin::Build, Platform::LINUX_AMD64, "").write(&lock_file(&dirs, Origin::Build)).unwrap();
        let open = responding("200 OK").await;
        let (origin, notices) = chosen(&dirs, Mode::Auto, &open, &open).await;
        assert_eq!(origin, Origin::Build);
        assert_eq!(notices.len(), 1);
        assert!(notices[0].starts_with("supply build: used by an earlier run"), "{notices:?}");
    }

    #[tokio::test]
    async fn waiting_for_another_supply_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        let recorder = Arc::new(Recorder::default());
        let events: Events = recorder.clone();
        let first = lock_supply(&dirs, &events).await.unwrap();
        let (second, ()) = tokio::join!(lock_supply(&dirs, &events), async {
            tokio::task::yield_now().await;
            drop(first);
        });
        second.unwrap();
        let seen = format!("{:?}", recorder.0.lock().unwrap());
        assert!(seen.contains(&format!("to end: process {} (", std::process::id())), "{seen}");
    }

    #[tokio::test]
    async fn an_explicit_supply_needs_no_network() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        for (mode, origin) in [(Mode::Pull, Origin::Pull), (Mode::Build, Origin::Build)] {
            assert_eq!(chosen(&dirs, mode, "127.0.0.1:1", "127.0.0.1:1").await, (origin, Vec::new()));
        }
    }
}
