//! What the last supply left, for a plan: nothing is built, copied or started.

use super::{
    Lock, Origin, Scope, SupplyContext,
    context::{Mode, locked},
    job,
    store::Store,
};
use crate::{
    base::{
        event::Event,
        failure::{Context, Kind, Result},
    },
    config::{Infra, infra::Pull},
    registry::Registry,
};

/// Returns the lock of the last supply and the addresses of the local registry, whether it runs or not.
///
/// Warns about builds that a run would make first. Fails with kind `Tool` if nothing was supplied yet.
pub fn planned(context: &SupplyContext, mode: Mode) -> Result<(Lock, Registry)> {
    let infra = Infra::load(&context.project)?;
    let lock = locked(&context.dirs, mode)?;
    let missing = missing(context, &infra, &lock)?;
    if !missing.is_empty() {
        let text = format!(
            "{} builds are missing, so the digest of the plan is that of the last supply: {}",
            missing.len(),
            missing.join(", ")
        );
        context.events.emit(Event::Warning { text });
    }
    Ok((lock, context.registry()))
}

/// The builds that a run of the supply would make.
fn missing(context: &SupplyContext, infra: &Infra, lock: &Lock) -> Result<Vec<String>> {
    let (mut images, origin) = (Scope::All.images(infra)?, lock.supply);
    if origin == Origin::Pull {
        // Images that could not be pulled were built.
        let is_built = |name: &String| lock.images.get(name).is_some_and(|image| !image.is_official());
        images.retain(|name| infra.recipes.image[name].pull == Pull::Build || is_built(name));
    }
    let jobs = job::jobs(infra, &images, origin == Origin::Build, context.platforms)?;
    let store = Store::new(context.folder(Origin::Build).join("jobs"));
    let refreshes = store.refreshes().context(Kind::Tool, "cannot read the refreshed roots")?;
    let keys = job::keys(&context.project, infra, (&jobs, context.platforms), &refreshes)?;
    let is_missing = |id: &String| !keys.get(id).is_some_and(|key| store.has(id, key));
    Ok(jobs.into_iter().map(|job| job.id).filter(is_missing).collect())
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Arc};

    use super::{super::Platforms, *};
    use crate::{
        base::{docker::Docker, event::Recorder, platform::Platform},
        config::{HostDirs, Project},
        images::context::lock_file,
    };

    fn files(folder: &Path) -> usize {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
    }

    #[test]
    fn plan_builds_nothing_and_names_the_missing_builds() {
        let (folder, run) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let socket = run.path().join("docker.sock");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let recorder = Arc::new(Recorder::default());
        let context = SupplyContext {
            project: Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap(),
            dirs: HostDirs::new(folder.path(), folder.path()),
            docker: Docker::at(&socket.to_string_lossy()),
            events: recorder.clone(),
            registry_port: 5050,
            jobs: 1,
            platforms: Platforms::of_host().unwrap(),
            refresh: false,
        };
        let Err(failure) = planned(&context, Mode::Auto) else { panic!("nothing was supplied") };
        assert_eq!(failure.message, "no images have been supplied yet");
        assert_eq!(files(folder.path()), 0);
        for origin in [Origin::Pull, Origin::Build] {
            Lock::new(origin, Platform::LINUX_AMD64, "").write(&lock_file(&context.dirs, origin)).unwrap();
            let (lock, _) = planned(&context, Mode::Auto).unwrap();
            assert_eq!(lock.supply, origin);
        }
        assert_eq!(files(folder.path()), 2, "only the two locks");
        let seen = format!("{:?}", recorder.0.lock().unwrap());
        assert!(seen.contains("builds are missing") && seen.contains("cargo.workloads"), "{seen}");
    }
}
