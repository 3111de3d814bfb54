//! Asks OpenTofu what it would do, without doing any of it.

use std::time::Duration;

use serde_json::Value;

use super::{
    InfraContext, State, Summary,
    backend::{self, bucket},
    summary,
    tofu::{Root, Tofu},
};
use crate::base::{
    event::Step,
    failure::{Context, Failure, Kind, Result},
    k8s::tls,
    wait::{Deadline, Observation, PAUSE, wait},
};

/// A bucket that exists says so at once; a proxy on the way may not.
const ASK_LIMIT: Duration = Duration::from_secs(30);

/// A plan that was made and not yet carried out.
pub struct Planned<'a> {
    /// What it comes to.
    pub summary: Summary,
    /// The plan without anything sensitive, as `tofu show -json` would write its `resource_changes`.
    pub for_others: Value,
    tofu: Tofu<'a>,
}

impl Planned<'_> {
    /// Carries it out; gives the outputs.
    pub(super) async fn apply(&self, context: &InfraContext) -> Result<Value> {
        let step = Step::start(&context.events, "infra.apply", "Change the infrastructure");
        if self.summary.is_empty() {
            step.unchanged("everything is as it should be");
        } else {
            self.tofu.apply(&step).await?;
            step.done(format!("{} resources", self.summary.changes.len()));
        }
        self.tofu.outputs().await.map(Option::unwrap_or_default)
    }

    /// The outputs of what was applied last; `None` where nothing stands.
    pub(super) async fn outputs(&self) -> Result<Option<Value>> {
        self.tofu.outputs().await
    }
}

/// What a plan is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Only to look: nothing is made, not even the state's bucket.
    Look,
    /// To carry it out.
    Change,
    /// To remove everything but the backups.
    Remove,
    /// To allow that the bucket of the backups is removed with what it holds.
    GiveUpBackups,
    /// To remove everything.
    RemoveAll,
}

impl Purpose {
    fn variables(self) -> Vec<String> {
        let words: &[&str] = match self {
            Self::Look | Self::Change => &[],
            Self::Remove => &["-destroy", "-exclude=module.storage"],
            Self::GiveUpBackups => &["-target=module.storage", "-var=force_destroy_backups=true"],
            Self::RemoveAll => &["-destroy", "-var=force_destroy_backups=true"],
        };
        words.iter().map(|word| (*word).to_owned()).collect()
    }
}

/// Plans what `apply` would do.
pub async fn plan(context: &InfraContext) -> Result<Planned<'_>> {
    planned(context, Purpose::Look).await
}

/// Plans for `purpose`.
pub(super) async fn planned(context: &InfraContext, purpose: Purpose) -> Result<Planned<'_>> {
    let encrypted = context.credentials.passphrase.is_some();
    if context.state == State::Bucket && !encrypted {
        return Err(Failure::new(Kind::Usage, "the state would stand in the bucket as plain text")
            .because("it holds the cluster's token, and `SEASENSE_STATE_PASSPHRASE` is not set")
            .hint(
                "make one with `openssl rand -base64 32`, keep it where the age key is kept, and export it",
            ));
    }
    // Looking must not make anything: while there is no bucket there is no state either, and nothing stands.
    let absent = context.state == State::Bucket && !bucket_exists(context).await?;
    if context.state == State::Bucket && purpose == Purpose::Change {
        keep_bucket(context, !absent).await?;
    }
    let state = (!absent || purpose == Purpose::Change).then_some(context.state);
    let tofu = Tofu::ready(context, Root::Environment(state)).await?;
    let step = Step::start(&context.events, "infra.plan", "Plan the infrastructure");
    let plan = tofu.plan(&purpose.variables(), &step).await?;
    let summary = Summary::of(&context.wanted.environment, &plan);
    step.done(match summary.changes.len() {
        0 => "nothing changes".to_owned(),
        count => format!("{count} resources change"),
    });
    Ok(Planned { summary, for_others: summary::for_others(&plan), tofu })
}

/// Whether the state's bucket is there. An unsigned question is enough: what exists says that it lets nobody in.
async fn bucket_exists(context: &InfraContext) -> Result<bool> {
    tls::install();
    let (name, wanted) = (bucket(&context.wanted, &context.credentials), &context.wanted);
    let what = || format!("look for the bucket `{name}`");
    let url = format!("{}/{name}", backend::endpoint(&wanted.region));
    wait(Deadline::after(ASK_LIMIT), PAUSE, &what(), || async {
        let answer = reqwest::Client::new().head(&url).send().await.with_context(Kind::Cluster, what)?;
        Ok(match answer.status().as_u16() {
            404 => Observation::Ready(false),
            200 | 301 | 307 | 403 => Observation::Ready(true),
            status => Observation::Pending(format!("status {status}")),
        })
    })
    .await
}

/// Makes the state's bucket, or brings the one that is there to what its module says: a run that was cut off between two requests
/// may have left it without versions. A root of its own, because a state cannot be kept in a bucket that it makes.
async fn keep_bucket(context: &InfraContext, exists: bool) -> Result<()> {
    let tofu = Tofu::ready(context, Root::StateBucket { exists }).await?;
    let step = Step::start(&context.events, "infra.state", "Make the bucket of the state");
    let name = bucket(&context.wanted, &context.credentials);
    let variables = [
        format!("-var=bucket={name}"),
        format!("-var=environment={}", context.wanted.environment),
        format!("-var=region={}", context.wanted.region),
    ];
    let plan = tofu.plan(&variables, &step).await?;
    if Summary::of(&context.wanted.environment, &plan).is_empty() {
        step.unchanged(name);
        return Ok(());
    }
    tofu.apply(&step).await?;
    step.done(name);
    Ok(())
}
