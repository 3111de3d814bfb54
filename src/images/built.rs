//! Supply `build`: runs the jobs whose results are missing, and brings what they made to the registry.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Lock, LockedManifest, LockedTool, Origin, Scope, SupplyContext,
    build::Workshop,
    context::{lock_file, manifests_folder},
    job::{self, Job},
    manifests,
    meter::{Meter, Report},
    oci, publish, schedule,
    store::Store,
};
use crate::registry::Registry;
use crate::{
    base::{
        event::{Events, Step},
        failure::{Context, Kind, Result},
        tool::locate,
    },
    config::{Infra, infra::Tool},
};

/// The image that the registry itself runs from.
const REGISTRY_IMAGE: &str = "registry";

/// Builds what is missing, pushes it, and writes the lock.
pub(super) async fn ensure(context: &SupplyContext, infra: Infra, what: &Scope) -> Result<(Lock, Registry)> {
    let mut images = what.images(&infra)?;
    images.insert(REGISTRY_IMAGE.to_owned());
    let shop = make(context, &infra, &images, *what == Scope::All).await?;
    let file = lock_file(&context.dirs, Origin::Build);
    let lock = lock(context, &shop, what, Lock::read(&file)?).await?;
    let image = publish::load(&context.docker, &shop, REGISTRY_IMAGE, &context.events()).await?;
    let registry = context.start_registry(&image, Origin::Build).await?;
    publish::push_all(&shop, &lock, &registry, &context.events()).await?;
    for (name, _) in infra.recipes.image.iter().filter(|(name, image)| image.daemon && images.contains(*name))
    {
        publish::load(&context.docker, &shop, name, &context.events()).await?;
    }
    lock.write(&file)?;
    Ok((lock, registry))
}

/// Runs the jobs that `images` need, and with `with_tools` those of the programs for this machine.
pub(super) async fn make(
    context: &SupplyContext,
    infra: &Infra,
    images: &BTreeSet<String>,
    with_tools: bool,
) -> Result<Arc<Workshop>> {
    let jobs = job::jobs(infra, images, with_tools);
    // Shared by both supplies: what pull has to build is the same as what build builds.
    let store = Store::new(context.folder(Origin::Build).join("jobs"));
    let what = || "read which roots were made again".to_owned();
    let mut ages = store.ages().with_context(Kind::Tool, what)?;
    if context.refresh {
        ages.next(jobs.iter().filter(|job| job.can_age()).map(|job| job.id.as_str()));
    }
    let keys = job::keys(&context.project, infra, &jobs, &ages)?;
    let shop = Arc::new(Workshop {
        project: context.project.clone(),
        dirs: context.dirs.clone(),
        infra: infra.clone(),
        store,
        keys,
    });
    if context.refresh {
        // What an interrupted run made of them may be old by now.
        let what = || "remove half-made roots".to_owned();
        let mut aging = jobs.iter().filter(|job| job.can_age());
        aging
            .try_for_each(|job| shop.store.forget(&job.id, shop.key(&job.id)))
            .with_context(Kind::Tool, what)?;
    }
    run_missing((&context.events, context.jobs), &shop, jobs).await?;
    if context.refresh {
        // Only now: where Debian does not answer, the roots that are there go on serving.
        shop.store
            .keep_ages(&ages)
            .with_context(Kind::Tool, || "note which roots were made again".to_owned())?;
    }
    Ok(shop)
}

/// Runs the jobs whose results are not there, on so many cores.
pub(super) async fn run_missing(
    (events, cores): (&Events, usize),
    shop: &Arc<Workshop>,
    jobs: Vec<Job>,
) -> Result<()> {
    let all = jobs.len();
    let missing: Vec<Job> =
        jobs.into_iter().filter(|job| !shop.store.has(&job.id, shop.key(&job.id))).collect();
    if missing.is_empty() {
        Step::start(events, "supply.build", "Build the images")
            .unchanged(format!("all {all} parts are there"));
        return Ok(());
    }
    let total = missing.iter().map(|job| u64::from(job.seconds())).sum();
    let title = format!("Build the images ({} of {all} parts are missing)", missing.len());
    let meter = Meter::start(events, "supply.build", &title, total);
    let count = missing.len();
    // What is already there needs no waiting for.
    let here: BTreeSet<String> = missing.iter().map(|job| job.id.clone()).collect();
    let jobs = missing
        .into_iter()
        .map(|job| Job { needs: job.needs.intersection(&here).cloned().collect(), ..job })
        .collect();
    schedule::run(jobs, &schedule::limits(cores), |job| {
        let (shop, meter, events) = (Arc::clone(shop), Arc::clone(&meter), Arc::clone(events));
        async move {
            let report = Report::start(&events, &meter, &job.id, job.title(), job.seconds());
            shop.run(&job, &report).await?;
            report.done("");
            Ok(())
        }
    })
    .await?;
    meter.finish(format!("{count} built, {} were there", all - count));
    Ok(())
}

/// The lock of what was built; with a part of the images only, the rest of the earlier lock stays.
async fn lock(context: &SupplyContext, shop: &Workshop, what: &Scope, before: Option<Lock>) -> Result<Lock> {
    let images = what.images(&shop.infra)?;
    let mut lock = match (what, before) {
        (Scope::Images(_), Some(lock)) => lock,
        _ => Lock::new(Origin::Build, oci::sha256_hex(format!("{:?}", shop.keys).as_bytes())),
    };
    for name in images {
        let locked = publish::lock_image(shop, &name, &shop.infra.recipes.image[&name])?;
        lock.images.insert(name, locked);
    }
    if *what == Scope::All {
        for (name, tool) in shop.infra.recipes.tool.iter().filter(|(_, tool)| !tool.on_demand) {
            lock.tools.insert(name.clone(), lock_tool(shop, tool)?);
        }
        lock.manifests = manifests(context, &shop.infra, &lock).await?;
    }
    Ok(lock)
}

/// A program for this machine as the lock names it.
pub(super) fn lock_tool(shop: &Workshop, tool: &Tool) -> Result<LockedTool> {
    let path = shop.output(tool.build.get_ref()).join(&tool.path);
    let sha256 = oci::sha256_file(&path).with_context(Kind::Tool, || format!("read `{}`", path.display()))?;
    Ok(LockedTool { path, sha256, version: tool.version.clone() })
}

/// Upstream's manifests, made with the programs that `lock` names.
pub(super) async fn manifests(
    context: &SupplyContext,
    infra: &Infra,
    lock: &Lock,
) -> Result<BTreeMap<String, LockedManifest>> {
    let parts = infra.versions.parts.iter().filter_map(|(name, part)| {
        let module = part.module.clone()?;
        Some((name.clone(), manifests::Part { module, version: part.version.clone() }))
    });
    // Where everything is published nothing is made from a module; where something is, a missing Go is named then.
    let go = locate("go").unwrap_or_else(|_| "go".into());
    let shop = manifests::Workshop {
        project: &context.project,
        folder: manifests_folder(&context.dirs, lock),
        parts: &parts.collect(),
        go,
        helm: lock.tool("helm")?.path.clone(),
        kubectl: lock.tool("kubectl")?.path.clone(),
        origin: lock.supply,
    };
    manifests::make_all(&shop, &context.events()).await
}
