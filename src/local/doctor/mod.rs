//! Checks whether this machine can run a local environment: gathers facts and evaluates them with pure rules.

mod access;
mod facts;
mod finding;
mod fix;
mod ports;
mod report;
mod rules;

use crate::{
    base::{
        event::Event,
        failure::{Failure, Kind, Result},
    },
    config::Environment,
    local::LocalContext,
};

pub use access::{Access, check_access, evaluate_access};
pub use facts::Facts;
pub use finding::{CHECKS, Finding, Fix, Level};
pub use fix::{apply, needs_root};
pub use ports::{Port, free_port_near, holder, is_free};
pub use report::{Report, examine_all};
pub use rules::evaluate;

/// Gathers the facts and evaluates the rules for `environment`; in the order of the rules.
pub async fn examine(
    dirs: &crate::config::HostDirs,
    project: &crate::config::Project,
    environment: &Environment,
) -> Vec<Finding> {
    evaluate(&facts::gather(dirs, project, environment).await)
}

/// Fails if this machine cannot run `environment`, with the next step for each error; otherwise emits the
/// warnings.
pub async fn require(context: &LocalContext, environment: &Environment) -> Result<()> {
    let findings = examine(&context.dirs, &context.project, environment).await;
    if let Some(failure) = refuse(&findings) {
        return Err(failure);
    }
    for finding in findings.iter().filter(|finding| finding.level == Level::Warning) {
        context.events.emit(Event::Warning { text: format!("{}: {}", finding.id, finding.text) });
    }
    Ok(())
}

fn refuse(findings: &[Finding]) -> Option<Failure> {
    let mut errors = findings.iter().filter(|finding| finding.level == Level::Error).peekable();
    errors.peek()?;
    let failure = Failure::new(Kind::Tool, "this machine cannot run the environment");
    Some(errors.fold(failure, |failure, error| {
        let failure = failure.because(format!("{}: {}", error.id, error.text));
        match &error.hint {
            Some(hint) => failure.hint(hint.clone()),
            None => failure,
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_hint_and_warnings_do_not_fail() {
        let finding = |level, id: &'static str| Finding {
            id,
            level,
            text: "too little".to_owned(),
            cause: None,
            hint: Some(format!("fix {id}")),
            fix: None,
        };
        assert_eq!(refuse(&[finding(Level::Ok, "disk"), finding(Level::Warning, "memory")]), None);
        let failure = refuse(&[finding(Level::Error, "disk"), finding(Level::Error, "ports.https")]).unwrap();
        assert_eq!(failure.kind, Kind::Tool);
        assert_eq!(failure.causes, ["disk: too little", "ports.https: too little"]);
        assert_eq!(failure.hints, ["fix disk", "fix ports.https"]);
    }
}
