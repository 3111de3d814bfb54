//! Opens what promotions and rollbacks use: the environment, its store, the signing key, and the lock against a
//! second run.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use crate::{
    base::{
        digest::Digest,
        docker::Docker,
        event::Events,
        failure::{Failure, Kind, Result},
        git::Repository,
    },
    config::{self, EnvName, Environment, HostDirs, Project},
    local::{
        LocalContext,
        cluster::{self, Lock},
    },
    promotion::{
        driver::{Driver, Ended, EvidenceSource, Order, Pace, Rules},
        store::{
            GitStore,
            forge::Forge,
            history::{Action, Key},
            promotion_branch,
        },
        target::{ObservedEnvironment, Target},
        verdict::Thresholds,
    },
};

/// Whether a run may change anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It only reads: no name or port is claimed, no lock taken, no branch created.
    Read,
    /// It changes the environment. It waits this long for the lock of another run; `None` fails at once.
    Write {
        /// The longest wait for the lock.
        wait_lock: Option<Duration>,
    },
}

/// The options for opening an environment.
pub(super) struct ContextInput<'a> {
    /// The name of the environment.
    pub environment: &'a EnvName,
    /// Whether to use its rehearsal instead.
    pub rehearse: bool,
    pub access: Access,
    /// The prefix of the branch under review.
    pub topic: &'static str,
    /// Whether to push the commits to `origin`, without a forge.
    pub push: bool,
}

/// An opened environment.
pub(super) struct PromotionContext {
    pub local: LocalContext,
    pub environment: Environment,
    pub repository: Repository,
    pub store: GitStore,
    key: Option<Key>,
    who: String,
    _lock: Option<Lock>,
}

impl PromotionContext {
    /// Opens everything except the environment's cluster and registry.
    pub async fn open(project: &Project, events: &Events, input: ContextInput<'_>) -> Result<Self> {
        let ContextInput { environment: name, rehearse, access, topic, push } = input;
        let repository = Repository::open(project.root()).await?;
        let name = if rehearse { name.rehearsal() } else { name.clone() };
        let environment = Environment::load(project, &name)?;
        let store = store(project, &repository, &environment, (topic, push, access)).await?;
        let (who, key) = (repository.committer().await?, signing_key(&repository).await?);
        let local = LocalContext {
            project: project.clone(),
            dirs: HostDirs::from_environment()?,
            docker: Docker::connect().await?,
            events: Arc::clone(events),
        };
        let (environment, lock) = match access {
            Access::Read => (cluster::resolve(&local.dirs, project, environment), None),
            Access::Write { wait_lock } => {
                let environment = if environment.is_rehearsal() {
                    cluster::claim(&local.dirs, project, environment, Timestamp::now(), events).await?
                } else {
                    cluster::resolve(&local.dirs, project, environment)
                };
                // Rehearsals of two checkouts have different names and do not exclude each other.
                let name = format!("promote-{}", environment.instance());
                let lock = Lock::take(&local.dirs, &name, wait_lock, events).await?;
                (environment, Some(lock))
            }
        };
        Ok(Self { local, environment, repository, store, key, who, _lock: lock })
    }

    /// Returns the environment that digests come from; `None` if the environment has no source.
    ///
    /// The source of a rehearsal is the rehearsal of the environment before it.
    pub fn source(&self) -> Result<Option<Environment>> {
        let project = &self.local.project;
        let Some(from) = self.environment.promotion.source() else { return Ok(None) };
        let mut source = Environment::load(project, from)?;
        if self.environment.is_rehearsal() && source.cluster.engine.is_attached() {
            source = Environment::load(project, &from.rehearsal())?;
        }
        Ok(Some(cluster::resolve(&self.local.dirs, project, source)))
    }

    /// Returns the order to deploy `digest`.
    pub fn order(&self, action: Action, from: Option<&EnvName>, digest: &Digest) -> Order {
        Order {
            action,
            environment: self.environment.name().clone(),
            from: from.cloned(),
            digest: digest.clone(),
            rules: rules(&self.environment),
            canary: None,
        }
    }

    /// Plans `order` without changes.
    pub async fn plan<T: ObservedEnvironment, E: EvidenceSource>(
        &self,
        target: &T,
        evidence: &E,
        order: &Order,
    ) -> Result<Ended> {
        let driver = self.driver(target, evidence);
        Box::pin(driver.plan(order)).await
    }

    /// Carries out `order`.
    pub async fn run<T: Target, E: EvidenceSource>(
        &self,
        target: &T,
        evidence: &E,
        order: &Order,
    ) -> Result<Ended> {
        let driver = self.driver(target, evidence);
        // The future is too large to be stored in the futures that await it.
        Box::pin(driver.run(order)).await
    }

    fn driver<'a, T, E>(&'a self, target: &'a T, evidence: &'a E) -> Driver<'a, T, GitStore, E> {
        Driver {
            target,
            store: &self.store,
            evidence,
            events: &self.local.events,
            clock: &Timestamp::now,
            pace: Pace::USUAL,
            key: self.key.clone(),
            who: self.who.clone(),
        }
    }
}

/// Opens the store. A rehearsal has its own local branch without reviews, which is created at `HEAD`.
async fn store(
    project: &Project,
    repository: &Repository,
    environment: &Environment,
    (topic, push, access): (&'static str, bool, Access),
) -> Result<GitStore> {
    let mut store = GitStore {
        repository: repository.clone(),
        environment: environment.name().clone(),
        branch: promotion_branch(environment),
        fallback: None,
        topic,
        forge: None,
        push: None,
    };
    if environment.is_rehearsal() {
        if repository.commit_of(&format!("refs/heads/{}", store.branch)).await?.is_none() {
            let head = repository.commit_of("HEAD").await?;
            let head =
                head.ok_or_else(|| Failure::new(Kind::Promotion, "the repository has no commit yet"))?;
            match access {
                Access::Read => store.fallback = Some(head),
                Access::Write { .. } => repository.move_branch(&store.branch, None, &head).await?,
            }
        }
        return Ok(store);
    }
    if let Some(settings) = config::Forge::load(project)? {
        let remote = settings.remote.get_ref().clone();
        require_remote(repository, &remote).await?;
        store.forge = Some((Forge::new(&settings)?, remote));
    } else if push {
        require_remote(repository, "origin").await?;
        store.push = Some("origin".to_owned());
    }
    Ok(store)
}

async fn require_remote(repository: &Repository, name: &str) -> Result<()> {
    if repository.has_remote(name).await? {
        return Ok(());
    }
    Err(Failure::new(Kind::Promotion, format!("the repository has no remote `{name}` to push to"))
        .hint(format!("add it: git remote add {name} ADDRESS")))
}

/// Returns the signing key that `SEASENSE_SIGNING_KEY` or Git's configuration names.
async fn signing_key(repository: &Repository) -> Result<Option<Key>> {
    if let Some(file) = config::signing_key() {
        return Ok(Some(Key::File(file)));
    }
    if repository.setting("gpg.format").await?.as_deref() != Some("ssh") {
        return Ok(None);
    }
    let home = config::home_and_java().0;
    Ok(repository.setting("user.signingkey").await?.map(|named| Key::from_git(&named, home.as_deref())))
}

/// Returns the rules of the environment for a digest. A rehearsal requires neither reviews nor signed records.
fn rules(environment: &Environment) -> Rules {
    let promotion = &environment.promotion;
    let (rehearsal, approvals) = (environment.is_rehearsal(), *promotion.approvals.get_ref());
    Rules {
        guarded: !rehearsal && (environment.name() == "production" || approvals > 0),
        soak: Duration::from_secs(60 * u64::from(*promotion.soak_minutes.get_ref())),
        approvals: if rehearsal { 0 } else { approvals },
        limits: Thresholds {
            error_rate: *promotion.max_error_rate.get_ref(),
            rollout_error_rate: promotion.max_rollout_error_rate(),
            p95_ms: f64::from(*promotion.max_p95_ms.get_ref()),
            freshness_seconds: f64::from(*promotion.max_freshness_seconds.get_ref()),
            watch: Duration::from_secs(u64::from(*promotion.watch_seconds.get_ref())),
        },
        migration_stall: rehearsal.then(|| promotion.max_migration_stall()),
    }
}
