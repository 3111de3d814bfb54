//! `seasense infra plan`: what would happen, and nothing happens.

use std::{path::Path, process::ExitCode};

use serde::Serialize;

use super::{Target, show};
use crate::{
    base::failure::{Context as _, Kind, Result},
    cli::{Context, json::Json},
    cloud::{self, Summary},
};

/// What is told of a plan.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
    /// What the environment costs a month once the plan is carried out, EUR without VAT.
    eur_per_month: f64,
}

/// Plans and shows.
pub(super) async fn run(
    context: &Context<'_>,
    target: &Target,
    save: Option<&Path>,
    json: Json,
) -> Result<ExitCode> {
    let infra = target.context(context)?;
    let planned = cloud::plan(&infra).await?;
    if let Some(file) = save {
        let what = || format!("write `{}`", file.display());
        let text = serde_json::to_vec_pretty(&planned.for_others).with_context(Kind::Internal, what)?;
        std::fs::write(file, text).with_context(Kind::Usage, what)?;
    }
    let eur_per_month = super::price(&infra, &planned.for_others)?;
    let report = Report { summary: &planned.summary, eur_per_month };
    json.print(context, &report, || show::priced(&planned.summary, eur_per_month))?;
    Ok(ExitCode::SUCCESS)
}
