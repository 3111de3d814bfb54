//! `seasense infra plan`: shows the changes without applying them.

use std::{path::Path, process::ExitCode};

use serde::Serialize;

use super::{Target, show};
use crate::{
    base::failure::{Context as _, Kind, Result},
    cli::{Context, json::Json},
    cloud::{self, Summary},
};

/// The JSON document of a plan.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
    /// The monthly cost of the infrastructure after an apply, in EUR without VAT.
    eur_per_month: f64,
}

/// Plans and prints.
pub(super) async fn run(
    context: &Context<'_>,
    target: &Target,
    save: Option<&Path>,
    json: Json,
) -> Result<ExitCode> {
    let infra = target.context(context)?;
    let plan = cloud::plan(&infra).await?;
    if let Some(file) = save {
        let what = || format!("cannot write `{}`", file.display());
        let text = serde_json::to_vec_pretty(&plan.redacted).with_context(Kind::Internal, what)?;
        std::fs::write(file, text).with_context(Kind::Usage, what)?;
    }
    let eur_per_month = plan.eur_per_month(&infra)?;
    let report = Report { summary: &plan.summary, eur_per_month };
    json.print(context, &report, || show::priced(&plan.summary, eur_per_month))?;
    Ok(ExitCode::SUCCESS)
}
