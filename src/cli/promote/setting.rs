//! What `promote` and `rollback` work with: the environment, the ledger, the key, the lock against a second run.

use std::{process::ExitCode, time::Duration};

use jiff::Timestamp;

use super::show;
use crate::{
    base::{
        failure::{Failure, Kind, Result},
        git::Repository,
    },
    cli::{Context, json::Json},
    config::{self, Environment, Project},
    local::{
        LocalContext,
        cluster::{self, Lock},
    },
    promotion::{
        Driver, Ended, EvidenceSource, Order, Pace, Rules, Target,
        store::{
            GitStore,
            forge::Forge,
            history::{Action, Key},
        },
        verdict::Thresholds,
    },
};

/// Options of both verbs.
#[derive(Debug, clap::Args)]
pub struct Common {
    /// Show the gates and what would change in the lock file, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Without a forge: push the commits to the remote `origin`
    #[arg(long)]
    pub push: bool,
    /// Wait this long for another run on the environment to end, instead of refusing at once
    #[arg(long, value_name = "SECONDS")]
    pub wait_lock: Option<u64>,
    #[command(flatten)]
    pub json: Json,
}

/// What the verbs work with.
pub struct PromotionContext {
    pub project: Project,
    pub engine: LocalContext,
    pub environment: Environment,
    pub repository: Repository,
    pub ledger: GitStore,
    key: Option<Key>,
    who: String,
    _lock: Lock,
}

impl PromotionContext {
    /// Everything that is looked at before the environment itself.
    pub async fn open(
        context: &Context<'_>,
        name: &str,
        rehearse: bool,
        common: &Common,
        topic: &'static str,
    ) -> Result<Self> {
        let project = context.project()?;
        let repository = Repository::open(project.root()).await?;
        let name = if rehearse { format!("rehearsal-{name}") } else { name.to_owned() };
        let environment = Environment::load(&project, &name)?;
        let ledger = ledger(&project, &repository, &environment, topic, common.push).await?;
        let (who, key) = (repository.who().await?, key(&repository).await?);
        let engine = context.engine(&project).await?;
        let environment = if environment.is_rehearsal() {
            cluster::claim(&engine.dirs, &project, environment, Timestamp::now(), &engine.events).await?
        } else {
            cluster::resolve(&engine.dirs, &project, environment)
        };
        let patience = common.wait_lock.map(Duration::from_secs);
        // Rehearsals of two checkouts have names of their own, and nothing to do with each other.
        let lock = format!("promote-{}", environment.instance());
        let lock = Lock::take(&engine.dirs, &lock, patience, &engine.events).await?;
        Ok(Self { project, engine, environment, repository, ledger, key, who, _lock: lock })
    }

    /// The environment that digests come from; a rehearsal's comes from the rehearsal before it.
    pub fn source(&self) -> Result<Option<Environment>> {
        let Some(from) = self.environment.promotion.source() else { return Ok(None) };
        let mut source = Environment::load(&self.project, from)?;
        if self.environment.is_rehearsal() && source.cluster.engine.is_attached() {
            source = Environment::load(&self.project, &format!("rehearsal-{from}"))?;
        }
        Ok(Some(cluster::resolve(&self.engine.dirs, &self.project, source)))
    }

    /// For how long the source must have run what it brings.
    pub fn soak(&self) -> Duration {
        rules(&self.environment).soak
    }

    /// The order to bring `digest`.
    pub fn order(&self, action: Action, from: &str, digest: &str, dry_run: bool) -> Order {
        Order {
            action,
            environment: self.environment.name().to_string(),
            from: from.to_owned(),
            digest: digest.to_owned(),
            rules: rules(&self.environment),
            over_budget: None,
            canary: None,
            dry_run,
        }
    }

    /// Carries `order` out.
    pub async fn drive<T: Target, W: EvidenceSource>(
        &self,
        target: &T,
        witness: &W,
        order: &Order,
    ) -> Result<Ended> {
        let driver = Driver {
            target,
            ledger: &self.ledger,
            witness,
            events: &self.engine.events,
            clock: &Timestamp::now,
            pace: Pace::USUAL,
            key: self.key.clone(),
            who: self.who.clone(),
        };
        // Too large a future to be part of every one that waits for it.
        Box::pin(driver.run(order)).await
    }
}

/// Where the lock and the history are kept. Those of a rehearsal count nowhere, and are reviewed by nobody.
async fn ledger(
    project: &Project,
    repository: &Repository,
    environment: &Environment,
    topic: &'static str,
    push: bool,
) -> Result<GitStore> {
    let ledger = |branch: String, forge, push| GitStore {
        repository: repository.clone(),
        environment: environment.name().to_string(),
        branch,
        topic,
        forge,
        push,
    };
    if let Some(real) = environment.rehearsed() {
        let branch = format!("rehearsal/{real}");
        if repository.commit_of(&format!("refs/heads/{branch}")).await?.is_none() {
            let head = repository.commit_of("HEAD").await?;
            let head =
                head.ok_or_else(|| Failure::new(Kind::Promotion, "the repository has no commit yet"))?;
            repository.move_branch(&branch, None, &head).await?;
        }
        return Ok(ledger(branch, None, None));
    }
    let branch = environment.promotion.branch.get_ref().clone();
    if let Some(settings) = config::Forge::load(project)? {
        let remote = settings.remote.get_ref().clone();
        has_remote(repository, &remote).await?;
        return Ok(ledger(branch, Some((Forge::new(&settings)?, remote)), None));
    }
    if push {
        has_remote(repository, "origin").await?;
    }
    Ok(ledger(branch, None, push.then(|| "origin".to_owned())))
}

async fn has_remote(repository: &Repository, name: &str) -> Result<()> {
    if repository.has_remote(name).await? {
        return Ok(());
    }
    Err(Failure::new(Kind::Promotion, format!("there is no remote `{name}` to push to"))
        .hint(format!("git remote add {name} ADDRESS")))
}

/// The key that signs: named by the environment, else by Git.
pub async fn key(repository: &Repository) -> Result<Option<Key>> {
    if let Some(file) = config::signing_key() {
        return Ok(Some(Key::File(file)));
    }
    if repository.setting("gpg.format").await?.as_deref() != Some("ssh") {
        return Ok(None);
    }
    let home = config::home_and_java().0;
    Ok(repository.setting("user.signingkey").await?.map(|named| Key::from_git(&named, home.as_deref())))
}

/// What the environment asks of a digest. A rehearsal has neither reviewers nor a record that counts.
fn rules(environment: &Environment) -> Rules {
    let asked = &environment.promotion;
    let (rehearsal, approvals) = (environment.is_rehearsal(), *asked.approvals.get_ref());
    Rules {
        guarded: !rehearsal && (environment.name() == "production" || approvals > 0),
        soak: Duration::from_secs(60 * u64::from(*asked.soak_minutes.get_ref())),
        approvals: if rehearsal { 0 } else { approvals },
        budget: *asked.budget_eur.get_ref(),
        promised: Thresholds {
            error_rate: *asked.max_error_rate.get_ref(),
            p95_ms: f64::from(*asked.max_p95_ms.get_ref()),
            freshness_seconds: f64::from(*asked.max_freshness_seconds.get_ref()),
            watch: Duration::from_secs(u64::from(*asked.watch_seconds.get_ref())),
        },
    }
}

/// Tells what was done, and ends as it ended.
pub fn finish(context: &Context<'_>, json: Json, ended: Ended) -> Result<ExitCode> {
    let style = context.ui.data_style();
    json.print(context, &ended.report, || show::report(&ended.report, style))?;
    match ended.failure {
        None => Ok(ExitCode::SUCCESS),
        Some(failure) => Err(failure),
    }
}
