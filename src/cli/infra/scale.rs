//! `seasense infra scale`: off hours and back.

use std::process::ExitCode;

use super::{Nodes, Target};
use crate::{
    base::failure::Result,
    cli::{Context, json::Json},
    cloud::{self, Api, Scaled, To},
};

/// Tells the pools.
pub(super) async fn run(context: &Context<'_>, target: &Target, to: Nodes, json: Json) -> Result<ExitCode> {
    let infra = target.context(context)?;
    let to = match to {
        Nodes::Zero => To::Zero,
        Nodes::Normal => To::Normal,
    };
    let scaled = cloud::scale(&infra, &Api::new(&infra.credentials)?, to).await?;
    json.print(context, &scaled, || text(&scaled))?;
    Ok(ExitCode::SUCCESS)
}

fn text(scaled: &Scaled) -> String {
    let line = |pool: &cloud::Pool| {
        let told = if pool.changed { "told now" } else { "as it was" };
        format!("{}: {} to {} nodes, {told}\n", pool.zone, pool.min, pool.max)
    };
    scaled.pools.iter().map(line).collect()
}
