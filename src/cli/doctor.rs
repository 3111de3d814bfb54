//! `seasense doctor`: whether this machine can run the platform, and the cure where it cannot.

use std::process::ExitCode;

use serde_json::json;

use super::Context;
use crate::{
    config::Places,
    engine::preflight::{self, Finding, Level},
    failure::{Kind, Result},
    ui::Style,
};

/// Arguments of `seasense doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

/// Examines the machine; exit code 20 when something stands in the way.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment(&project)?;
    let findings = preflight::examine(&Places::from_environment()?, &project, &environment).await;
    let fit = findings.iter().all(|finding| finding.level != Level::Error);
    if args.json {
        context.ui.data(&format!("{:#}\n", json!({ "version": 1, "fit": fit, "checks": findings })));
    } else {
        context.ui.data(&table(&findings, context.ui.data_style()));
    }
    Ok(if fit { ExitCode::SUCCESS } else { ExitCode::from(Kind::Tool.exit_code()) })
}

fn table(findings: &[Finding], style: Style) -> String {
    let mut text = String::new();
    for finding in findings {
        let mark = match finding.level {
            Level::Ok => style.good(" ok "),
            Level::Warning => style.warn("warn"),
            Level::Error => style.bad(" bad"),
        };
        text += &format!("{mark} {:20} {}\n", finding.id, finding.text);
        if let Some(cure) = finding.cure.as_ref().filter(|_| finding.level != Level::Ok) {
            text += &format!("     {:20} {} {cure}\n", "", style.link("hint:"));
        }
    }
    text
}
