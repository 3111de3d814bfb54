//! Whether this machine can carry a cluster: facts are gathered here, judged by pure rules, and used by `doctor` too.

mod access;
mod facts;
mod finding;
mod fix;
mod ports;
mod report;
mod rules;

use crate::local::LocalContext;
use crate::{
    base::{
        event::Event,
        failure::{Failure, Kind, Result},
    },
    config::Environment,
};

pub use access::{Access, judge_access, reach};
pub use facts::Facts;
pub use finding::{CHECKS, Finding, Fix, Level};
pub use fix::{apply, needs_root};
pub use ports::{Port, free_port_near, holder, is_free};
pub use report::{Report, examine_all};
pub use rules::evaluate;

/// Looks at the machine and judges it for `environment`; in the order of the rules.
pub async fn examine(
    dirs: &crate::config::HostDirs,
    project: &crate::config::Project,
    environment: &Environment,
) -> Vec<Finding> {
    evaluate(&facts::gather(dirs, project, environment).await)
}

/// Refuses a machine that cannot carry `environment`, with the cure of everything that stands in the way; else tells what
/// to worry about.
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
    let failure = Failure::new(Kind::Tool, "this machine cannot carry the environment yet");
    Some(errors.fold(failure, |failure, error| {
        let failure = failure.because(format!("{}: {}", error.id, error.text));
        match &error.cure {
            Some(cure) => failure.hint(cure.clone()),
            None => failure,
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_is_told_with_its_cure_and_warnings_do_not_stop() {
        let finding = |level, id: &'static str| Finding {
            id,
            level,
            text: "too little".to_owned(),
            cause: None,
            cure: Some(format!("cure {id}")),
            fix: None,
        };
        assert_eq!(refuse(&[finding(Level::Ok, "disk"), finding(Level::Warning, "memory")]), None);
        let failure = refuse(&[finding(Level::Error, "disk"), finding(Level::Error, "ports.https")]).unwrap();
        assert_eq!(failure.kind, Kind::Tool);
        assert_eq!(failure.causes, ["disk: too little", "ports.https: too little"]);
        assert_eq!(failure.hints, ["cure disk", "cure ports.https"]);
    }
}
