//! Staging, rehearsed: the digest that runs in the environment of the other tests runs in a second real cluster, one that
//! crashes is taken back, and no reading that was acknowledged meanwhile is lost.

use std::{
    future::Future,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use seasense::{
    artifact::{self, Provenance, Tree, Upstream},
    config::{Environment, Places, Project},
    docker::Docker,
    engine::{self, EngineContext},
    event::Silent,
    promote::{CanaryFigures, Target},
    supply::{self, Mode, transfer::Side},
    target::{self, ClusterTarget},
};

use crate::world::{World, world};

const BACKEND: &str = "gitops/apps/backend/deployment.yaml";
/// A cluster, its database's first backup of itself and every image, on a machine that runs another cluster beside it.
const READY: Duration = Duration::from_mins(8);

struct Stage {
    engine: EngineContext,
    environment: Environment,
    target: ClusterTarget,
}

impl Stage {
    /// Stands beside the environment of `world`: a registry, a cluster.
    async fn open(world: &World) -> Self {
        let project = Project::find(&world.project()).unwrap();
        let engine = EngineContext {
            places: Places::new(cache(), world.state()),
            docker: Docker::connect().await.unwrap(),
            events: Arc::new(Silent),
            project: project.clone(),
        };
        let now = jiff::Timestamp::now();
        let from = Environment::load(&project, "e2e").unwrap();
        let staging = Environment::load(&project, "rehearsal-staging").unwrap();
        let environment =
            engine::claim(&engine.places, &project, staging, now, &engine.events).await.unwrap();
        target::stand(&engine, &environment).await.unwrap();
        let target = ClusterTarget::open(&engine, environment.clone(), &from, now).await.unwrap();
        Self { engine, environment, target }
    }

    async fn until_ready(&self, digest: &str) {
        let mut last = String::new();
        let begun = Instant::now();
        while begun.elapsed() < READY {
            match self.target.state().await {
                Ok(state) if state.is_ready_at(digest) => {
                    assert!(state.ready_since.is_some(), "{state:?}");
                    eprintln!("ready at {digest} after {:.1?}", begun.elapsed());
                    return;
                }
                Ok(state) => last = state.missing(digest),
                Err(failure) => last = failure.message,
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        panic!("not ready within {READY:?}: {last}");
    }

    /// What the canary counts in `time`.
    async fn watch(&self, time: Duration) -> CanaryFigures {
        let _ = self.figures().await;
        tokio::time::sleep(time).await;
        self.figures().await
    }

    async fn figures(&self) -> CanaryFigures {
        for _ in 0..60 {
            match self.target.canary().await {
                Ok(figures) => return figures,
                Err(failure) => eprintln!("canary: {failure} {:?}", failure.causes),
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        panic!("the canary stays ashore");
    }
}

fn cache() -> std::path::PathBuf {
    std::env::var_os("SEASENSE_CACHE")
        .map_or_else(|| Path::new(&std::env::var_os("HOME").unwrap()).join(".cache/seasense"), Into::into)
}

/// Packs the checkout of `world` as it is now, and pushes it where the environment's artifacts are.
async fn pushed(stage: &Stage) -> String {
    let lock = supply::locked(&stage.engine.places, Mode::Auto).unwrap();
    let upstream = Upstream::load(&lock, &supply::manifests_folder(&stage.engine.places, &lock)).unwrap();
    let tree = Tree::read(&stage.engine.project).await.unwrap();
    let rendered = artifact::render(&tree, &lock, &upstream).unwrap();
    let provenance = Provenance::read(&stage.engine.project).await.unwrap();
    let packed = artifact::pack(&rendered, &provenance).unwrap();
    let host = format!("127.0.0.1:{}", stage.environment.ports.registry.get_ref());
    artifact::push(&packed, &host, "platform").await.unwrap();
    packed.digest
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work)
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn one_digest_is_rehearsed_a_crashing_one_is_taken_back_and_no_reading_is_lost() {
    let world = world();
    let digest = world.status()["artifact"]["digest"].as_str().unwrap().to_owned();
    block_on(rehearse(world, &digest));
}

async fn rehearse(world: &World, digest: &str) {
    let begun = Instant::now();
    let told = |what: &str| eprintln!("--- {what} after {:.1?}", begun.elapsed());
    let stage = Stage::open(world).await;
    told("the cluster and the registry stand");

    let content = stage.target.inspect(digest).await.unwrap();
    assert!(content.missing.len() > 10 && content.nowhere.is_empty(), "{content:?}");
    assert_eq!(content.unpinned, Vec::<String>::new());
    let copied = stage.target.copy(digest).await.unwrap();
    assert!(copied.bytes > 1_000_000, "the copy is a real one: {copied:?}");
    told(&format!("{} manifests, {} bytes are copied", copied.manifests, copied.bytes));
    assert_eq!(stage.target.copy(digest).await.unwrap().manifests, 0, "never sent again");
    assert_eq!(stage.target.inspect(digest).await.unwrap().missing, Vec::<String>::new());

    stage.target.hand_over(digest).await.unwrap();
    stage.until_ready(digest).await;
    told("it is ready at the same digest");
    let seen = stage.target.state().await.unwrap();
    assert_eq!(seen.digest.as_deref(), Some(digest), "what ran there runs here");

    let well = stage.watch(Duration::from_secs(15)).await;
    eprintln!("while it is well: {well:?}");
    assert_eq!((well.failed, well.lost()), (0, 0), "{well:?}");
    assert!(well.requests > 20 && well.sent > 0 && well.p95_ms > 0.0, "{well:?}");
    assert!(well.freshness_seconds.is_some_and(|age| age < 30.0), "{well:?}");
    told("the canary has watched");

    // A backend that ends at once: the change a gate cannot see, since the tree is in order.
    world.edit(BACKEND, "args: [serve]", "args: [serve, --no-such-flag]");
    let bad = pushed(&stage).await;
    world.edit(BACKEND, "args: [serve, --no-such-flag]", "args: [serve]");
    assert_ne!(bad, digest);
    stage.target.copy(&bad).await.unwrap();
    stage.target.hand_over(&bad).await.unwrap();
    let worse = stage.watch(Duration::from_secs(25)).await;
    let seen = stage.target.state().await.unwrap();
    eprintln!("while it crashes: {worse:?}; {}", seen.missing(&bad));
    assert!(!seen.is_ready_at(&bad), "{seen:?}");
    assert_eq!(worse.lost(), 0, "{worse:?}");
    told("the bad digest did not become ready");

    stage.target.hand_over(digest).await.unwrap();
    stage.until_ready(digest).await;
    told("the way back is done");
    let after = stage.watch(Duration::from_secs(10)).await;
    eprintln!("after the way back: {after:?}");
    assert_eq!((after.failed, after.lost()), (0, 0), "{after:?}");
    assert!(after.sent > well.sent, "{after:?}");

    for _ in 0..3 {
        stage.target.hand_over(digest).await.unwrap();
    }
    assert!(stage.target.state().await.unwrap().is_ready_at(digest), "the same call changes nothing");
    stage.target.finish().await.unwrap();

    let own = Side::new(stage.environment.variables.registry.get_ref()).unwrap();
    assert!(own.name().starts_with("seasense-rehearsal-staging"), "{}", own.name());
    let removed = target::tear_down(&stage.engine, &stage.environment).await.unwrap();
    eprintln!("removed: {removed:?}");
    assert!(removed.volumes.iter().any(|name| name.contains("registry")), "{removed:?}");
    told("nothing is left of it");
    assert_eq!(world.status()["artifact"]["digest"], digest, "the first environment was left alone");
}
