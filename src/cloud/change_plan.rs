//! Plans changes with OpenTofu without applying them.

use std::time::Duration;

use serde_json::Value;

use super::{
    InfraContext, State, Summary,
    backend::{self, bucket},
    cost, summary,
    tofu::{Root, Tofu},
};
use crate::{
    base::{
        event::Step,
        failure::{Context, Failure, Kind, Result},
        http::client_for_url,
        k8s::tls,
        wait::{Deadline, Observation, PAUSE, wait},
    },
    config::Prices,
};

/// The time limit of the bucket check, which also covers a slow proxy.
const CHECK_LIMIT: Duration = Duration::from_secs(30);

/// A plan that is not yet applied.
pub struct ChangePlan<'a> {
    /// The summary of its changes.
    pub summary: Summary,
    /// The plan without sensitive values, in the format of `tofu show -json`.
    pub redacted: Value,
    tofu: Tofu<'a>,
}

impl ChangePlan<'_> {
    /// Applies the plan; returns the outputs.
    pub(super) async fn apply(&self, context: &InfraContext) -> Result<Value> {
        let step = Step::start(&context.events, "infra.apply", "Change the infrastructure");
        if self.summary.is_empty() {
            step.unchanged("no changes");
        } else {
            self.tofu.apply(&step).await?;
            step.done(format!("{} resources", self.summary.changes.len()));
        }
        self.tofu.outputs().await.map(Option::unwrap_or_default)
    }

    /// Returns the monthly cost of the infrastructure after an apply with all nodes that may run, in EUR without VAT.
    pub fn eur_per_month(&self, context: &InfraContext) -> Result<f64> {
        let prices = Prices::load(&context.project)?;
        let items = cost::of_plan(&self.redacted, &context.infrastructure, &prices, cost::Nodes::Most)?;
        cost::monthly(&items, &context.infrastructure, &prices)
    }

    /// The outputs of the last apply; `None` if nothing was applied.
    pub(super) async fn outputs(&self) -> Result<Option<Value>> {
        self.tofu.outputs().await
    }
}

/// The purpose of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To show it: nothing is created, not even the state bucket.
    Show,
    /// To apply it.
    Apply,
    /// To remove everything except the backups.
    Remove,
    /// To allow the removal of the backup bucket with its content.
    UnprotectBackups,
    /// To remove everything.
    RemoveAll,
}

impl Purpose {
    fn variables(self) -> Vec<String> {
        let flags: &[&str] = match self {
            Self::Show | Self::Apply => &[],
            Self::Remove => &["-destroy", "-exclude=module.storage"],
            Self::UnprotectBackups => &["-target=module.storage", "-var=force_destroy_backups=true"],
            Self::RemoveAll => &["-destroy", "-var=force_destroy_backups=true"],
        };
        flags.iter().map(|flag| (*flag).to_owned()).collect()
    }
}

/// Plans an apply, to show it.
pub async fn plan(context: &InfraContext) -> Result<ChangePlan<'_>> {
    plan_for(context, Purpose::Show).await
}

/// Plans for `purpose`.
pub(super) async fn plan_for(context: &InfraContext, purpose: Purpose) -> Result<ChangePlan<'_>> {
    let encrypted = context.credentials.passphrase.is_some();
    if context.state == State::Bucket && !encrypted {
        return Err(Failure::new(Kind::Usage, "the state in the bucket would not be encrypted")
            .because("it contains the cluster's token, and `SEASENSE_STATE_PASSPHRASE` is not set")
            .hint("create one with `openssl rand -base64 32`, store it with the age key, and export it"));
    }
    // Showing a plan must not create anything; without the bucket there is no state and nothing was applied.
    let absent = context.state == State::Bucket && !bucket_exists(context).await?;
    if context.state == State::Bucket && purpose == Purpose::Apply {
        ensure_bucket(context, !absent).await?;
    }
    let state = (!absent || purpose == Purpose::Apply).then_some(context.state);
    let tofu = Tofu::ready(context, Root::Environment(state)).await?;
    let step = Step::start(&context.events, "infra.plan", "Plan the infrastructure");
    let plan = tofu.plan(&purpose.variables(), &step).await?;
    let summary = Summary::of(&context.infrastructure.environment, &plan);
    step.done(match summary.changes.len() {
        0 => "no changes".to_owned(),
        count => format!("{count} resources change"),
    });
    Ok(ChangePlan { summary, redacted: summary::redacted(&plan), tofu })
}

/// Whether the state bucket exists. An unsigned request is enough: an existing bucket denies access.
async fn bucket_exists(context: &InfraContext) -> Result<bool> {
    tls::install();
    let (name, infrastructure) =
        (bucket(&context.infrastructure, &context.credentials), &context.infrastructure);
    let what = || format!("cannot check the bucket `{name}`");
    let url = format!("{}/{name}", backend::endpoint(&infrastructure.region));
    let http = client_for_url(&url).build().context(Kind::Internal, "cannot create an HTTP client")?;
    wait(Deadline::after(CHECK_LIMIT), PAUSE, &what(), || async {
        let answer = http.head(&url).send().await.with_context(Kind::Cluster, what)?;
        Ok(match answer.status().as_u16() {
            404 => Observation::Ready(false),
            200 | 301 | 307 | 403 => Observation::Ready(true),
            status => Observation::Pending(format!("status {status}")),
        })
    })
    .await
}

/// Creates the state bucket, or repairs an existing one: an interrupted run may have left it without
/// versioning. It has a separate root module, because a bucket cannot store its own state.
async fn ensure_bucket(context: &InfraContext, exists: bool) -> Result<()> {
    let tofu = Tofu::ready(context, Root::StateBucket { exists }).await?;
    let step = Step::start(&context.events, "infra.state", "Create the state bucket");
    let name = bucket(&context.infrastructure, &context.credentials);
    let variables = [
        format!("-var=bucket={name}"),
        format!("-var=environment={}", context.infrastructure.environment),
        format!("-var=region={}", context.infrastructure.region),
    ];
    let plan = tofu.plan(&variables, &step).await?;
    if Summary::of(&context.infrastructure.environment, &plan).is_empty() {
        step.unchanged(name);
        return Ok(());
    }
    tofu.apply(&step).await?;
    step.done(name);
    Ok(())
}
