//! `seasense doctor`: checks that this machine can run and reach the platform, and suggests fixes.

use std::process::ExitCode;

use super::{Context, json::Json};
use crate::{
    base::{
        failure::{Failure, Kind, Result},
        k8s::Client,
    },
    config::{Environment, HostDirs, Project},
    local::{
        cluster,
        doctor::{self, Finding, Fix, Level, Report, examine_all},
    },
    ui::Style,
    workloads,
};

/// Arguments of `seasense doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    json: Json,
    /// Apply safe fixes, then check again
    #[arg(long)]
    fix: bool,
    /// Exit with an error for warnings as well
    #[arg(long)]
    strict: bool,
}

/// Checks the machine. The exit code is 20 if it is not ready.
pub async fn run(context: &Context<'_>, args: Args) -> Result<ExitCode> {
    let project = context.project()?;
    let environment = context.environment(&project)?;
    let dirs = HostDirs::from_environment()?;
    let mut findings = examine_all(&dirs, &project, &environment).await;
    if args.fix && apply_fixes(context, &findings, (&dirs, &project, &environment)).await {
        findings = examine_all(&dirs, &project, &environment).await;
    }
    let report = Report::new(findings, args.strict);
    args.json.print(context, &report, || table(&report.checks, context.ui.data_style()))?;
    Ok(if report.ready { ExitCode::SUCCESS } else { ExitCode::from(Kind::Tool.exit_code()) })
}

/// Applies the fixes of `findings`. Returns whether any was tried.
async fn apply_fixes(
    context: &Context<'_>,
    findings: &[Finding],
    (dirs, project, environment): (&HostDirs, &Project, &Environment),
) -> bool {
    let root = rustix::process::geteuid().is_root();
    let mut tried = false;
    for (finding, fix) in findings.iter().filter_map(|finding| Some((finding, finding.fix.as_ref()?))) {
        if doctor::needs_root(fix) && !root {
            context.ui.message(&format!("{}: the fix needs root\n", finding.id));
            continue;
        }
        let result = match fix {
            Fix::Authority => write_authority(dirs, environment).await,
            fix => doctor::apply(project, fix).await,
        };
        match result {
            Ok(()) => context.ui.message(&format!("{}: fixed\n", finding.id)),
            Err(failure) => context.ui.fail(&failure),
        }
        tried = true;
    }
    tried
}

/// Writes the certificate of the cluster's authority to `ca.crt`.
async fn write_authority(dirs: &HostDirs, environment: &Environment) -> Result<()> {
    let cluster = environment.cluster_name();
    let client = Client::connect(&cluster::handle(dirs, &cluster)).await?;
    let found = workloads::authority(&client).await?.ok_or_else(|| {
        Failure::new(Kind::Workload, "the cluster has no certificate authority yet")
            .hint("run `seasense dev`")
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
        for (label, value) in [("why:", finding.cause.map(str::to_owned)), ("hint:", finding.hint.clone())] {
            if let Some(value) = value.filter(|_| finding.level != Level::Ok) {
                text += &format!("     {:20} {} {value}\n", "", style.link(label));
            }
        }
        if finding.fix.is_some() {
            text += &format!("     {:20} {} run `seasense doctor --fix`\n", "", style.link("fix:"));
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
            cause: Some("it contains a key"),
            hint: Some("chmod 0700 /state".into()),
            fix: Some(Fix::Authority),
        }
    }

    #[test]
    fn the_table_shows_cause_and_hint() {
        insta::assert_snapshot!(table(&[finding(Level::Error)], Style::PLAIN), @r"
         bad state.private        `/state` has mode 0755
                                  why: it contains a key
                                  hint: chmod 0700 /state
                                  fix: run `seasense doctor --fix`
        ");
    }

    #[test]
    fn the_schema_names_every_field_level_and_check() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../docs/schemas/doctor.v2.json")).unwrap();
        let check = &schema["properties"]["checks"]["items"];
        let value = serde_json::to_value(finding(Level::Info)).unwrap();
        assert_eq!(value["fixable"], true);
        let names =
            |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(names(&check["properties"]), names(&value));
        let values =
            |value: &serde_json::Value| -> Vec<String> { serde_json::from_value(value.clone()).unwrap() };
        assert_eq!(values(&check["properties"]["level"]["enum"]), ["ok", "info", "warning", "error"]);
        assert_eq!(values(&check["properties"]["id"]["enum"]), doctor::CHECKS.map(|(id, _)| id));
        let report = serde_json::to_value(Report::new(vec![finding(Level::Info)], false)).unwrap();
        assert_eq!(names(&schema["properties"]), names(&report));
    }
}
