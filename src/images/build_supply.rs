//! Supply `build`: runs the jobs without a cached result and pushes the images to the registry.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Lock, LockedManifest, LockedTool, Origin, Scope, SupplyContext,
    build::Builder,
    context::{lock_file, manifests_folder},
    job::{self, Job},
    manifests,
    progress::{JobProgress, TotalProgress},
    push, schedule,
    store::Store,
};
use crate::{
    base::{
        event::{Events, Step},
        failure::{Context, Kind, Result},
        oci,
        tool::locate,
    },
    config::{Infra, infra::Tool},
    registry::Registry,
};

/// The image of the registry itself.
const REGISTRY_IMAGE: &str = "registry";

/// Builds missing images, pushes them, and writes the lock.
pub(super) async fn ensure(context: &SupplyContext, infra: Infra, what: &Scope) -> Result<(Lock, Registry)> {
    let mut images = what.images(&infra)?;
    images.insert(REGISTRY_IMAGE.to_owned());
    let builder = make(context, &infra, &images, *what == Scope::All).await?;
    let file = lock_file(&context.dirs, Origin::Build);
    let lock = lock(context, &builder, what, Lock::read(&file)?).await?;
    let image = push::load(&context.docker, &builder, REGISTRY_IMAGE, &context.events()).await?;
    let registry = context.start_registry(&image, Origin::Build).await?;
    push::push_all(&builder, &lock, &registry, &context.events()).await?;
    for (name, _) in infra.recipes.image.iter().filter(|(name, image)| image.daemon && images.contains(*name))
    {
        push::load(&context.docker, &builder, name, &context.events()).await?;
    }
    lock.write(&file)?;
    Ok((lock, registry))
}

/// Runs the jobs that `images` need and, with `with_tools`, those of the programs for this machine.
pub(super) async fn make(
    context: &SupplyContext,
    infra: &Infra,
    images: &BTreeSet<String>,
    with_tools: bool,
) -> Result<Arc<Builder>> {
    let jobs = job::jobs(infra, images, with_tools, context.platforms)?;
    // Both supplies share the store: images that `pull` has to build are the same as those of `build`.
    let store = Store::new(context.folder(Origin::Build).join("jobs"));
    let what = || "cannot read the refreshed roots".to_owned();
    let mut refreshes = store.refreshes().with_context(Kind::Tool, what)?;
    if context.refresh {
        refreshes.increment(jobs.iter().filter(|job| job.is_refreshable()).map(|job| job.id.as_str()));
    }
    let keys = job::keys(&context.project, infra, (&jobs, context.platforms), &refreshes)?;
    let builder = Arc::new(Builder {
        project: context.project.clone(),
        dirs: context.dirs.clone(),
        infra: infra.clone(),
        store,
        platforms: context.platforms,
        keys,
    });
    if context.refresh {
        // Results of an interrupted refresh may be outdated by now.
        let what = || "cannot remove partial roots".to_owned();
        let mut roots = jobs.iter().filter(|job| job.is_refreshable());
        roots
            .try_for_each(|job| builder.store.remove(&job.id, builder.key(&job.id)))
            .with_context(Kind::Tool, what)?;
    }
    run_missing((&context.events, context.jobs), &builder, jobs).await?;
    if context.refresh {
        // Written only after success: if Debian's mirror does not respond, the existing roots stay in use.
        builder
            .store
            .write_refreshes(&refreshes)
            .with_context(Kind::Tool, || "cannot record the refreshed roots".to_owned())?;
    }
    Ok(builder)
}

/// Runs the jobs without a cached result, on `cores` cores.
pub(super) async fn run_missing(
    (events, cores): (&Events, usize),
    builder: &Arc<Builder>,
    jobs: Vec<Job>,
) -> Result<()> {
    let all = jobs.len();
    let missing: Vec<Job> =
        jobs.into_iter().filter(|job| !builder.store.has(&job.id, builder.key(&job.id))).collect();
    if missing.is_empty() {
        Step::start(events, "supply.build", "Build the images")
            .unchanged(format!("all {all} builds are cached"));
        return Ok(());
    }
    let total = missing.iter().map(|job| u64::from(job.seconds())).sum();
    let title = format!("Build the images ({} of {all} builds are missing)", missing.len());
    let meter = TotalProgress::start(events, "supply.build", &title, total);
    let count = missing.len();
    // Cached dependencies are not scheduled, so jobs must not wait for them.
    let scheduled: BTreeSet<String> = missing.iter().map(|job| job.id.clone()).collect();
    let jobs = missing
        .into_iter()
        .map(|job| Job { needs: job.needs.intersection(&scheduled).cloned().collect(), ..job })
        .collect();
    schedule::run(jobs, &schedule::limits(cores), |job| {
        let (builder, meter, events) = (Arc::clone(builder), Arc::clone(&meter), Arc::clone(events));
        async move {
            let report = JobProgress::start(&events, &meter, &job.id, job.title(), job.seconds());
            builder.run(&job, &report).await?;
            report.done("");
            Ok(())
        }
    })
    .await?;
    meter.finish(format!("{count} built, {} were cached", all - count));
    Ok(())
}

/// Creates the lock of the built images. If only some images were built, the other entries of the earlier lock
/// are kept.
async fn lock(
    context: &SupplyContext,
    builder: &Builder,
    what: &Scope,
    before: Option<Lock>,
) -> Result<Lock> {
    let images = what.images(&builder.infra)?;
    let mut lock = match (what, before) {
        (Scope::Images(_), Some(lock)) if lock.platform == context.platforms.images => lock,
        _ => Lock::new(
            Origin::Build,
            context.platforms.images,
            oci::sha256_hex(format!("{:?}", builder.keys).as_bytes()),
        ),
    };
    for name in images {
        let locked = push::lock_image(builder, &name, &builder.infra.recipes.image[&name])?;
        lock.images.insert(name, locked);
    }
    if *what == Scope::All {
        for (name, tool) in builder.infra.recipes.tool.iter().filter(|(_, tool)| !tool.on_demand) {
            lock.tools.insert(name.clone(), lock_tool(builder, tool)?);
        }
        lock.manifests = manifests(context, &builder.infra, &lock).await?;
    }
    Ok(lock)
}

/// The lock entry of a program for this machine.
pub(super) fn lock_tool(builder: &Builder, tool: &Tool) -> Result<LockedTool> {
    let path = builder.program(tool);
    let sha256 =
        oci::sha256_file(&path).with_context(Kind::Tool, || format!("cannot read `{}`", path.display()))?;
    Ok(LockedTool { path, sha256, version: tool.version.clone() })
}

/// Renders the upstream manifests with the programs in `lock`.
pub(super) async fn manifests(
    context: &SupplyContext,
    infra: &Infra,
    lock: &Lock,
) -> Result<BTreeMap<String, LockedManifest>> {
    let modules = infra.versions.parts.iter().filter_map(|(name, part)| {
        let path = part.module.clone()?;
        Some((name.clone(), manifests::GoModule { path, version: part.version.clone() }))
    });
    // Go is needed only if a manifest is not published; a missing Go is reported when it is needed.
    let go = locate("go").unwrap_or_else(|_| "go".into());
    let builder = manifests::ManifestBuilder {
        project: &context.project,
        folder: manifests_folder(&context.dirs, lock),
        modules: &modules.collect(),
        go,
        helm: lock.tool("helm")?.path.clone(),
        kubectl: lock.tool("kubectl")?.path.clone(),
        origin: lock.supply,
    };
    manifests::render_all(&builder, &context.events()).await
}
