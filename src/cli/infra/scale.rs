//! `seasense infra scale`: scales to zero in off hours, and back.

use std::process::ExitCode;

use super::{Nodes, Target};
use crate::{
    base::failure::Result,
    cli::{Context, json::Json},
    cloud::{self, Api, ScaleTarget, Scaled},
};

/// Scales the pools.
pub(super) async fn run(context: &Context<'_>, target: &Target, to: Nodes, json: Json) -> Result<ExitCode> {
    let infra = target.context(context)?;
    let to = match to {
        Nodes::Zero => ScaleTarget::Zero,
        Nodes::Normal => ScaleTarget::Normal,
    };
    let scaled = cloud::scale(&infra, &Api::new(&infra.credentials)?, to).await?;
    json.print(context, &scaled, || text(&scaled))?;
    Ok(ExitCode::SUCCESS)
}

fn text(scaled: &Scaled) -> String {
    let line = |pool: &cloud::Pool| {
        let result = if pool.changed { "changed" } else { "unchanged" };
        format!("{}: {} to {} nodes, {result}\n", pool.zone, pool.min, pool.max)
    };
    scaled.pools.iter().map(line).collect()
}
