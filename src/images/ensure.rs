//! Selects the supply and ensures its results: existing results are reused, missing ones are created.

use super::{
    Lock, Origin, Scope, SupplyContext, build_supply,
    context::{Mode, latest_lock},
    pull, pull_supply,
};
use crate::{
    base::{
        event::{Event, Events},
        failure::Result,
        file_lock::FileLock,
    },
    config::{HostDirs, Infra, infra::Versions},
    registry::Registry,
};

/// Ensures all images in `what`, and a running local registry that contains them.
///
/// Continues an interrupted run. Fails with kind `Tool`, or `Environment` if a recipe is invalid.
pub async fn ensure(context: &SupplyContext, mode: Mode, what: &Scope) -> Result<(Lock, Registry)> {
    let infra = Infra::load(&context.project)?;
    let _guard = lock_supply(&context.dirs, &context.events).await?;
    match origin(&context.dirs, &context.events, mode, &infra.versions).await? {
        Origin::Build => build_supply::ensure(context, infra, what).await,
        Origin::Pull => pull_supply::ensure(context, infra, what).await,
    }
}

/// Resolves `auto`: the supply of an earlier run, so that it never changes without a request; without one, the
/// supply that the network allows.
async fn origin(dirs: &HostDirs, events: &Events, mode: Mode, versions: &Versions) -> Result<Origin> {
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
    let reachability = pull::check_reachability(versions).await?;
    let origin = if reachability.all { Origin::Pull } else { Origin::Build };
    notice(format!("supply {origin}: {}", reachability.reason));
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
        base::event::Recorder,
        images::{Lock, context::lock_file},
    };

    /// Returns the selected supply and the notices about it.
    async fn chosen(dirs: &HostDirs, mode: Mode, registries: &str) -> (Origin, Vec<String>) {
        let recorder = Arc::new(Recorder::default());
        let events: Events = recorder.clone();
        let mirrors = ["registry.k8s.io", "docker.io"].map(|name| (name.to_owned(), registries.to_owned()));
        let versions = Versions { mirrors: mirrors.into(), ..Versions::default() };
        let origin = origin(dirs, &events, mode, &versions).await.unwrap();
        let seen = recorder.0.lock().unwrap();
        let notices = seen.iter().filter_map(|event| match event {
            Event::Notice { text } => Some(text.clone()),
            _ => None,
        });
        (origin, notices.collect())
    }

    /// Returns the addresses of a registry that responds and of a port where nothing listens.
    async fn registries() -> (String, String) {
        use tokio::{
            io::{AsyncReadExt, AsyncWriteExt},
            net::TcpListener,
        };
        let open = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hosts = (open.local_addr().unwrap().to_string(), closed.local_addr().unwrap().to_string());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = open.accept().await {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .await;
            }
        });
        hosts
    }

    #[tokio::test]
    async fn auto_selects_by_reachability_and_reports_why() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        let (open, closed) = registries().await;
        let (origin, notices) = chosen(&dirs, Mode::Auto, &open).await;
        assert_eq!(origin, Origin::Pull);
        assert_eq!(notices, ["supply pull: registry.k8s.io and docker.io respond"]);
        let (origin, notices) = chosen(&dirs, Mode::Auto, &closed).await;
        assert_eq!(origin, Origin::Build);
        assert_eq!(notices.len(), 1);
        assert!(notices[0].starts_with("supply build: no response from registry.k8s.io: "), "{notices:?}");
    }

    #[tokio::test]
    async fn auto_keeps_the_supply_of_an_earlier_run() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        Lock::new(Origin::Build, "").write(&lock_file(&dirs, Origin::Build)).unwrap();
        let (open, _) = registries().await;
        let (origin, notices) = chosen(&dirs, Mode::Auto, &open).await;
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
            assert_eq!(chosen(&dirs, mode, "127.0.0.1:1").await, (origin, Vec::new()));
        }
    }
}
