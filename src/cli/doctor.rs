//! `seasense doctor`: whether this machine can run the platform and reach it, proved, and the cure where it cannot.

use std::process::ExitCode;

use serde_json::json;

use super::{Context, json::Json};
use crate::{
    base::{
        failure::{Failure, Kind, Result},
        k8s::Client,
    },
    config::{Environment, HostDirs, Project},
    local::{
        cluster,
        doctor::{self, Finding, Fix, Level},
    },
    ui::Style,
    workloads,
};

/// Arguments of `seasense doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    json: Json,
    /// Do what can be done safely about what is found, then examine again
    #[arg(long)]
    fix: bool,
    /// Exit with an error for warnings too
    #[arg(long)]
    strict: bool,
}

/// Examines the machine; exit code 20 when something stands in the way.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment(&project)?;
    let dirs = HostDirs::from_environment()?;
    let mut findings = examine(&dirs, &project, &environment).await;
    if args.fix && mend(context, &findings, (&dirs, &project, &environment)).await {
        findings = examine(&dirs, &project, &environment).await;
    }
    let worst = findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok);
    let fit = worst < if args.strict { Level::Warning } else { Level::Error };
    let report = json!({ "version": 1, "fit": fit, "checks": findings });
    args.json.print(context, &report, || table(&findings, context.ui.data_style()))?;
    Ok(if fit { ExitCode::SUCCESS } else { ExitCode::from(Kind::Tool.exit_code()) })
}

async fn examine(dirs: &HostDirs, project: &Project, environment: &Environment) -> Vec<Finding> {
    let mut findings = doctor::examine(dirs, project, environment).await;
    let access = doctor::reach(dirs, environment, jiff::Timestamp::now()).await;
    findings.extend(doctor::judge_access(&access));
    findings
}

/// Does what can be done about `findings`; whether anything was done.
async fn mend(
    context: &Context<'_>,
    findings: &[Finding],
    (dirs, project, environment): (&HostDirs, &Project, &Environment),
) -> bool {
    let root = rustix::process::geteuid().is_root();
    let mut done = false;
    for (finding, fix) in findings.iter().filter_map(|finding| Some((finding, finding.fix.as_ref()?))) {
        if doctor::needs_root(fix) && !root {
            context.ui.message(&format!("{}: only root can fix this\n", finding.id));
            continue;
        }
        let result = match fix {
            Fix::Authority => authority(dirs, environment).await,
            fix => doctor::apply(project, fix).await,
        };
        match result {
            Ok(()) => context.ui.message(&format!("{}: fixed\n", finding.id)),
            Err(failure) => context.ui.fail(&failure),
        }
        done = true;
    }
    done
}

/// Writes the authority's certificate as the cluster tells it.
async fn authority(dirs: &HostDirs, environment: &Environment) -> Result<()> {
    let cluster = environment.cluster_name();
    let client = Client::connect(&cluster::handle(dirs, &cluster)).await?;
    let found = workloads::authority(&client).await?.ok_or_else(|| {
        Failure::new(Kind::Workload, "the cluster has no authority yet").hint("run `seasense dev`")
    })?;
    cluster::write_authority(dirs, &cluster, &found).map(drop)
}

fn table(findings: &[Finding], style: Style) -> String {
    let mut text = String::new();
    for finding in findings {
        let mark = match finding.level {
            Level::Ok => style.good(" ok "),
            Level::Info => style.dim("info"),
            Level::Warning => style.warn("warn"),
            Level::Error => style.bad(" bad"),
        };
        text += &format!("{mark} {:20} {}\n", finding.id, finding.text);
        for (word, told) in [("why:", finding.cause.map(str::to_owned)), ("hint:", finding.cure.clone())] {
            if let Some(told) = told.filter(|_| finding.level != Level::Ok) {
                text += &format!("     {:20} {} {told}\n", "", style.link(word));
            }
        }
        if finding.fix.is_some() {
            text += &format!("     {:20} {} `seasense doctor --fix` does it\n", "", style.link("fix:"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn finding(level: Level) -> Finding {
        Finding {
            id: "state.private",
            level,
            text: "`/state` has mode 0755".into(),
            cause: Some("it holds a key"),
            cure: Some("chmod 0700 /state".into()),
            fix: Some(Fix::Authority),
        }
    }

    #[test]
    fn a_finding_says_why_and_what_to_do() {
        insta::assert_snapshot!(table(&[finding(Level::Error)], Style::PLAIN), @r"
         bad state.private        `/state` has mode 0755
                                  why: it holds a key
                                  hint: chmod 0700 /state
                                  fix: `seasense doctor --fix` does it
        ");
    }

    #[test]
    fn the_published_schema_names_every_field_level_and_check() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../docs/schemas/doctor.v1.json")).unwrap();
        let check = &schema["properties"]["checks"]["items"];
        let value = serde_json::to_value(finding(Level::Info)).unwrap();
        assert_eq!(value["fixable"], true);
        let names =
            |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(names(&check["properties"]), names(&value));
        let words =
            |value: &serde_json::Value| -> Vec<String> { serde_json::from_value(value.clone()).unwrap() };
        assert_eq!(words(&check["properties"]["level"]["enum"]), ["ok", "info", "warning", "error"]);
        assert_eq!(words(&check["properties"]["id"]["enum"]), doctor::CHECKS.map(|(id, _)| id));
    }
}
