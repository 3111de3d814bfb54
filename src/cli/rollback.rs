//! `seasense rollback`: an environment goes back to a digest that was verified there.

use std::process::ExitCode;

use super::{
    Context,
    promote::{self, Common, PromotionContext, finish},
};
use crate::{
    base::failure::{Failure, Kind, Result},
    promotion::{
        Content, EvidenceSource, Facts, go_back_to,
        store::{EnvLock, PromotionStore, history::Action},
        trusted,
    },
};

/// Arguments of `seasense rollback`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The environment: staging, production
    #[arg(value_name = "ENV")]
    target: String,
    /// The digest to go back to, one that was verified there [default: the last one before the present one]
    #[arg(long, value_name = "DIGEST")]
    to: Option<String>,
    /// Use the second cluster on this machine that `promote --rehearse` has made
    #[arg(long)]
    rehearse: bool,
    #[command(flatten)]
    common: Common,
}

/// A way back asks none of the gates that need a witness.
struct Nobody;

impl EvidenceSource for Nobody {
    async fn look(&self, _: &Content, _: Option<&EnvLock>) -> Result<Facts> {
        Err(Failure::new(Kind::Internal, "a rollback asks no witness"))
    }
}

/// Goes back, and tells what came of it.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    promote::check(args.to.as_deref())?;
    let setting =
        PromotionContext::open(context, &args.target, args.rehearse, &args.common, "rollback").await?;
    let book = setting.ledger.read(args.to.as_deref().unwrap_or_default()).await?;
    // Nothing is chosen on the word of a history that somebody has changed.
    let (book, _) = trusted(setting.environment.name(), book, None).await?;
    let digest = args.to.map_or_else(|| go_back_to(book.lock.as_ref(), &book.history), Ok)?;
    let record = book.history.verified().find(|record| record.digest == digest);
    let from = record.map_or(String::new(), |record| record.from.clone());
    let source = setting.source()?.unwrap_or_else(|| setting.environment.clone());
    let target = promote::open(&setting.engine, &setting.environment, &source).await?;
    let order = setting.order(Action::Rollback, &from, &digest, args.common.dry_run);
    let ended = setting.drive(&target, &Nobody, &order).await?;
    finish(context, args.common.json, ended)
}
