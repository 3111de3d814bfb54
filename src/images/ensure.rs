//! Decides on the supply and converges: whatever is there stays, whatever is missing is made, the lock says what there is.

use std::path::{Path, PathBuf};

use super::{
    Lock, Origin, Scope, SupplyContext, built,
    context::{Mode, latest_lock},
    pull, pulled,
};
use crate::registry::Registry;
use crate::{
    base::{
        event::{Event, Events},
        failure::{Context, Failure, Kind, Result},
    },
    config::{HostDirs, Infra, infra::Versions},
};

/// Makes sure of everything in `what`, and that the local registry runs and holds it.
///
/// Resumes where an interrupted run left off. Fails with kind `Tool`, or `Environment` where a recipe is wrong.
pub async fn ensure(context: &SupplyContext, mode: Mode, what: &Scope) -> Result<(Lock, Registry)> {
    let infra = Infra::load(&context.project)?;
    let _guard = one_at_a_time(&context.dirs, &context.events).await?;
    match origin(&context.dirs, &context.events, mode, &infra.versions).await? {
        Origin::Build => built::ensure(context, infra, what).await,
        Origin::Pull => pulled::ensure(context, infra, what).await,
    }
}

/// What `auto` stands for here: what an earlier run chose, so that nothing changes by itself; else what the network allows.
async fn origin(dirs: &HostDirs, events: &Events, mode: Mode, versions: &Versions) -> Result<Origin> {
    let say = |text: String| events.emit(Event::Notice { text });
    match mode {
        Mode::Build => return Ok(Origin::Build),
        Mode::Pull => return Ok(Origin::Pull),
        Mode::Auto => {}
    }
    if let Some(origin) = latest_lock(dirs) {
        say(format!("supply {origin}: an earlier run made its images so (`--supply` changes it)"));
        return Ok(origin);
    }
    let reach = pull::look(versions).await?;
    let origin = if reach.all { Origin::Pull } else { Origin::Build };
    say(format!("supply {origin}: {}", reach.reason));
    Ok(origin)
}

/// Two runs would do the same work twice and write the same files; the second waits for the first.
pub(super) async fn one_at_a_time(dirs: &HostDirs, events: &Events) -> Result<std::fs::File> {
    let folder: PathBuf = dirs.cache().join("supply");
    let what = || format!("lock `{}`", folder.display());
    let file = open_lock(&folder).with_context(Kind::Tool, what)?;
    if file.try_lock().is_ok() {
        return Ok(file);
    }
    events.emit(Event::Notice { text: "another seasense makes images; waiting for it".to_owned() });
    let waited = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await;
    waited
        .map_err(|error| Failure::new(Kind::Internal, what()).caused_by(&error))?
        .with_context(Kind::Tool, what)
}

fn open_lock(folder: &Path) -> std::io::Result<std::fs::File> {
    std::fs::create_dir_all(folder)?;
    std::fs::File::create(folder.join(".lock"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        base::event::Recorder,
        images::{Lock, context::lock_file},
    };

    /// What was chosen, and what was said about it.
    async fn chosen(dirs: &HostDirs, mode: Mode, registries: &str) -> (Origin, Vec<String>) {
        let recorder = Arc::new(Recorder::default());
        let events: Events = recorder.clone();
        let mirrors = ["registry.k8s.io", "docker.io"].map(|name| (name.to_owned(), registries.to_owned()));
        let versions = Versions { mirrors: mirrors.into(), ..Versions::default() };
        let origin = origin(dirs, &events, mode, &versions).await.unwrap();
        let heard = recorder.0.lock().unwrap();
        let said = heard.iter().filter_map(|event| match event {
            Event::Notice { text } => Some(text.clone()),
            _ => None,
        });
        (origin, said.collect())
    }

    /// A registry that lets everybody in, and an address where nobody is.
    async fn registries() -> (String, String) {
        use tokio::{
            io::{AsyncReadExt, AsyncWriteExt},
            net::TcpListener,
        };
        let there = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hosts = (there.local_addr().unwrap().to_string(), gone.local_addr().unwrap().to_string());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = there.accept().await {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .await;
            }
        });
        hosts
    }

    #[tokio::test]
    async fn auto_asks_the_network_and_says_what_it_found() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        let (there, gone) = registries().await;
        let (origin, said) = chosen(&dirs, Mode::Auto, &there).await;
        assert_eq!(
            (origin, said),
            (Origin::Pull, vec!["supply pull: registry.k8s.io and docker.io answer".into()])
        );
        let (origin, said) = chosen(&dirs, Mode::Auto, &gone).await;
        assert_eq!((origin, said.len()), (Origin::Build, 1));
        assert!(said[0].starts_with("supply build: no answer from registry.k8s.io: "), "{said:?}");
    }

    #[tokio::test]
    async fn auto_stays_with_what_an_earlier_run_chose_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        Lock::new(Origin::Build, "").write(&lock_file(&dirs, Origin::Build)).unwrap();
        let (there, _) = registries().await;
        let (origin, said) = chosen(&dirs, Mode::Auto, &there).await;
        assert_eq!((origin, said.len()), (Origin::Build, 1));
        assert!(said[0].starts_with("supply build: an earlier run"), "{said:?}");
    }

    #[tokio::test]
    async fn what_is_asked_for_by_name_asks_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = HostDirs::new(folder.path(), folder.path());
        for (mode, origin) in [(Mode::Pull, Origin::Pull), (Mode::Build, Origin::Build)] {
            assert_eq!(chosen(&dirs, mode, "127.0.0.1:1").await, (origin, Vec::new()));
        }
    }
}
