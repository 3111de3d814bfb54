//! `seasense promote`: the digest that one environment has proved goes to the next.

mod facts;
mod outside;
mod setting;
mod show;
mod target;

use std::{process::ExitCode, time::Duration};

use jiff::Timestamp;

pub use self::{
    setting::{Common, PromotionContext, finish},
    show::brief,
    target::open,
};
use super::Context;
use crate::{
    base::failure::{Failure, Kind, Result},
    promotion::{
        Order, Pace, Soak, Target,
        store::{history::Action, lock_file::is_digest},
        until_soaked,
    },
};

/// Between two looks at a source that soaks.
const LOOK: Duration = Duration::from_secs(15);

/// Arguments of `seasense promote`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The environment to promote to: staging, production
    #[arg(value_name = "ENV")]
    target: String,
    /// The digest that must run in the source [default: the one that runs there]
    #[arg(long, value_name = "DIGEST")]
    digest: Option<String>,
    /// Why it may cost more than the budget; recorded
    #[arg(long, value_name = "REASON")]
    over_budget: Option<String>,
    /// Give it this share of the API's requests first, 1 to 50, beside the backend that runs
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=50))]
    canary: Option<u8>,
    /// Use a second real cluster on this machine in the environment's place
    #[arg(long)]
    rehearse: bool,
    /// Wait until the source is Ready and has been so for the soak time, instead of being refused
    #[arg(long, conflicts_with = "dry_run")]
    wait_soak: bool,
    /// Leave the rehearsal's cluster as it is, to look at it or to go on to the next environment; one that stood before
    /// stays anyway
    #[arg(long, requires = "rehearse")]
    keep: bool,
    #[command(flatten)]
    common: Common,
}

/// Promotes, and tells what came of it.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    check(args.digest.as_deref())?;
    let setting =
        PromotionContext::open(context, &args.target, args.rehearse, &args.common, "promote").await?;
    let Some(source) = setting.source()? else {
        let told = format!("nothing is promoted to `{}`", setting.environment.name());
        return Err(Failure::new(Kind::Usage, told)
            .because(format!("`promotion.from` of envs/{}.toml names no environment", args.target))
            .hint("`seasense dev` brings the work tree to an environment of this machine"));
    };
    let from = open(&setting.engine, &source, &source).await?;
    let digest = match args.digest {
        Some(digest) => digest,
        None => from.state().await?.digest.ok_or_else(|| {
            Failure::new(
                Kind::Promotion,
                format!("`{}` runs no artifact that could be promoted", source.name()),
            )
            .hint(format!("`seasense status --env {}` tells what is missing there", source.name()))
        })?,
    };
    if args.wait_soak {
        let soak = Soak { needed: setting.soak(), ready: Pace::USUAL.ready, pause: LOOK };
        let (of, events) = ((source.name().as_str(), digest.as_str()), &setting.engine.events);
        until_soaked(&from, of, soak, &Timestamp::now, events).await?;
    }
    let is_own = args.rehearse
        && !args.common.dry_run
        && crate::promotion::environment::stand(&setting.engine, &setting.environment).await?;
    let order = Order {
        over_budget: args.over_budget,
        canary: args.canary,
        ..setting.order(Action::Promote, source.name(), &digest, args.common.dry_run)
    };
    let witness = facts::Facts { setting: &setting, source: &from, source_environment: &source };
    let ended = async {
        let target = open(&setting.engine, &setting.environment, &source).await?;
        setting.drive(&target, &witness, &order).await
    };
    let ended = ended.await;
    let removed = if is_own && !args.keep {
        crate::promotion::environment::tear_down(&setting.engine, &setting.environment).await.map(drop)
    } else {
        Ok(())
    };
    let ended = ended.and_then(|ended| finish(context, args.common.json, ended));
    both(ended, removed, setting.environment.name())
}

/// What a promotion ended with comes first; that its rehearsal could not be removed is told beside it.
fn both(ended: Result<ExitCode>, removed: Result<()>, environment: &str) -> Result<ExitCode> {
    let Err(stays) = removed else { return ended };
    let hint = format!("`seasense down --env {environment}` removes what is left of the rehearsal");
    Err(match ended {
        Ok(_) => stays.hint(hint),
        Err(failure) => {
            failure.because(format!("the rehearsal was not removed: {}", stays.with_causes())).hint(hint)
        }
    })
}

/// Refuses what is no digest before anything else is done.
pub fn check(digest: Option<&str>) -> Result<()> {
    match digest.filter(|digest| !is_digest(digest)) {
        None => Ok(()),
        Some(wrong) => Err(Failure::new(Kind::Usage, format!("`{wrong}` is no digest"))
            .because("a digest is `sha256:` and 64 hex digits")
            .hint("`seasense status --json` tells it as `artifact.digest`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rehearsal_that_stays_does_not_hide_how_the_promotion_ended() {
        let stays = || Err(Failure::new(Kind::Cluster, "a container stays").because("Docker is away"));
        let refused = || Err(Failure::new(Kind::Promotion, "refused by the gate `soak`"));
        let told = |ended, removed| both(ended, removed, "rehearsal-staging").unwrap_err();
        assert!(both(Ok(ExitCode::SUCCESS), Ok(()), "rehearsal-staging").is_ok());
        assert_eq!(told(refused(), Ok(())).causes, [""; 0]);

        let both = told(refused(), stays());
        assert_eq!((both.kind, both.message.as_str()), (Kind::Promotion, "refused by the gate `soak`"));
        assert_eq!(both.causes, ["the rehearsal was not removed: a container stays: Docker is away"]);
        let hint = "`seasense down --env rehearsal-staging` removes what is left of the rehearsal";
        assert_eq!(both.hints, [hint]);
        let well = told(Ok(ExitCode::SUCCESS), stays());
        assert_eq!((well.kind, well.hints), (Kind::Cluster, vec![hint.to_owned()]));
    }
}
