//! `seasense infra plan`: what would happen, and nothing happens.

use std::{path::Path, process::ExitCode};

use super::{Target, show};
use crate::{
    cli::{Context, json::Json},
    failure::{Context as _, Kind, Result},
    infra,
};

/// Plans and shows.
pub(super) async fn run(
    context: &Context<'_>,
    target: &Target,
    save: Option<&Path>,
    json: Json,
) -> Result<ExitCode> {
    let infra = target.context(context)?;
    let planned = infra::plan(&infra).await?;
    if let Some(file) = save {
        let what = || format!("write `{}`", file.display());
        let text = serde_json::to_vec_pretty(&planned.for_others).with_context(Kind::Internal, what)?;
        std::fs::write(file, text).with_context(Kind::Usage, what)?;
    }
    json.print(context, &planned.summary, || show::plan(&planned.summary))?;
    Ok(ExitCode::SUCCESS)
}
