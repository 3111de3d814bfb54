//! Decides on the supply and converges: whatever is there stays, whatever is missing is made, the lock says what there is.

use std::path::{Path, PathBuf};

use super::{
    Lock, Origin, Registry, Scope, SupplyContext, built,
    context::{Mode, latest_lock},
    pull, pulled,
};
use crate::{
    config::Infra,
    event::Event,
    failure::{Context, Failure, Kind, Result},
};

/// Makes sure of everything in `what`, and that the local registry runs and holds it.
///
/// Resumes where an interrupted run left off. Fails with kind `Tool`, or `Environment` where a recipe is wrong.
pub async fn ensure(context: &SupplyContext, mode: Mode, what: &Scope) -> Result<(Lock, Registry)> {
    let infra = Infra::load(&context.project)?;
    let _guard = one_at_a_time(context).await?;
    match origin(context, mode, &infra).await? {
        Origin::Build => built::ensure(context, infra, what).await,
        Origin::Pull => pulled::ensure(context, infra, what).await,
    }
}

/// What `auto` stands for here: what an earlier run chose, so that nothing changes by itself; else what the network allows.
async fn origin(context: &SupplyContext, mode: Mode, infra: &Infra) -> Result<Origin> {
    let say = |text: String| context.events.emit(Event::Notice { text });
    match mode {
        Mode::Build => return Ok(Origin::Build),
        Mode::Pull => return Ok(Origin::Pull),
        Mode::Auto => {}
    }
    if let Some(origin) = latest_lock(&context.places) {
        say(format!("supply {origin}: an earlier run made its images so (`--supply` changes it)"));
        return Ok(origin);
    }
    let reach = pull::look(&infra.versions).await?;
    let origin = if reach.all { Origin::Pull } else { Origin::Build };
    say(format!("supply {origin}: {}", reach.reason));
    Ok(origin)
}

/// Two runs would do the same work twice and write the same files; the second waits for the first.
async fn one_at_a_time(context: &SupplyContext) -> Result<std::fs::File> {
    use rustix::fs::{FlockOperation, flock};
    let folder: PathBuf = context.places.cache().join("supply");
    let what = || format!("lock `{}`", folder.display());
    let file = open_lock(&folder).with_context(Kind::Tool, what)?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
        return Ok(file);
    }
    context.events.emit(Event::Notice { text: "another seasense makes images; waiting for it".to_owned() });
    let waited =
        tokio::task::spawn_blocking(move || flock(&file, FlockOperation::LockExclusive).map(|()| file)).await;
    waited
        .map_err(|error| Failure::new(Kind::Internal, what()).caused_by(&error))?
        .with_context(Kind::Tool, what)
}

fn open_lock(folder: &Path) -> std::io::Result<std::fs::File> {
    std::fs::create_dir_all(folder)?;
    std::fs::File::create(folder.join(".lock"))
}
