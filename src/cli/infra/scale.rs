//! `seasense infra scale`: off hours and back.

use std::process::ExitCode;

use super::{Nodes, Target};
use crate::{
    cli::{Context, json::Json},
    failure::Result,
    infra::{self, Api, Scaled, To},
};

/// Tells the pools.
pub(super) async fn run(context: &Context<'_>, target: &Target, to: Nodes, json: Json) -> Result<ExitCode> {
    let infra = target.context(context)?;
    let to = match to {
        Nodes::Zero => To::Zero,
        Nodes::Normal => To::Normal,
    };
    let scaled = infra::scale(&infra, &Api::new(&infra.credentials)?, to).await?;
    json.print(context, &scaled, || text(&scaled))?;
    Ok(ExitCode::SUCCESS)
}

fn text(scaled: &Scaled) -> String {
    let line = |pool: &infra::Pool| {
        let told = if pool.changed { "told now" } else { "as it was" };
        format!("{}: {} to {} nodes, {told}\n", pool.zone, pool.min, pool.max)
    };
    scaled.pools.iter().map(line).collect()
}
