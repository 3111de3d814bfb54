//! The result of `seasense doctor`: every finding, and whether the machine is ready.

use jiff::Timestamp;
use serde::Serialize;

use super::{Finding, Level, check_access, evaluate_access, examine};
use crate::config::{Environment, HostDirs, Project};

/// The version of the JSON form.
const VERSION: u32 = 2;

/// The findings of all checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    version: u32,
    /// Whether no finding prevents a run.
    pub ready: bool,
    /// The findings, in the order of the checks.
    pub checks: Vec<Finding>,
}

impl Report {
    /// Evaluates `checks`; `strict` counts warnings as errors.
    pub fn new(checks: Vec<Finding>, strict: bool) -> Self {
        let worst = checks.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok);
        let limit = if strict { Level::Warning } else { Level::Error };
        Self { version: VERSION, ready: worst < limit, checks }
    }
}

/// Runs the checks of the machine and of the access to the environment.
pub async fn examine_all(dirs: &HostDirs, project: &Project, environment: &Environment) -> Vec<Finding> {
    let mut findings = examine(dirs, project, environment).await;
    let access = check_access(dirs, environment, Timestamp::now()).await;
    findings.extend(evaluate_access(&access));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_only_count_if_strict() {
        let finding =
            |level| Finding { id: "disk", level, text: String::new(), cause: None, hint: None, fix: None };
        let ready = |level, strict| Report::new(vec![finding(level)], strict).ready;
        assert!(ready(Level::Info, true) && ready(Level::Warning, false));
        assert!(!ready(Level::Warning, true) && !ready(Level::Error, false));
        assert!(Report::new(Vec::new(), true).ready);
    }
}
