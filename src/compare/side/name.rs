//! The name of a side on the command line: the work tree, an environment, an artifact or a commit. Pure.

use crate::{
    base::{
        digest::Digest,
        failure::{Failure, Kind, Result},
    },
    config::{EnvName, nearest},
};

/// The origin of one side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SideName {
    /// The work tree, including uncommitted edits: `.`
    WorkTree,
    /// What an environment runs; if it has no lock file, the work tree with its variables.
    Environment(EnvName),
    /// An artifact in the local registry.
    Digest(Digest),
    /// Any revision that Git resolves to a commit.
    Revision(String),
}

impl SideName {
    /// Parses `text`; `environments` are the known names. The prefixes `env:` and `git:` resolve ambiguous
    /// names.
    pub fn parse(text: &str, environments: &[EnvName]) -> Result<Self> {
        let known = |name: &str| {
            let own = environments.iter().find(|known| known.as_str() == name).cloned();
            // A rehearsal has no file of its own.
            own.or_else(|| {
                let rehearsal: EnvName = name.parse().ok()?;
                environments.contains(&rehearsal.rehearsed()?).then_some(rehearsal)
            })
        };
        if let Some(name) = text.strip_prefix("env:") {
            let named = known(name).ok_or_else(|| unknown_environment(name, environments));
            return named.map(Self::Environment);
        }
        if let Some(revision) = text.strip_prefix("git:") {
            return Ok(Self::Revision(revision.to_owned()));
        }
        if text.starts_with("sha256:") {
            return text.parse().map(Self::Digest).map_err(|_| {
                Failure::new(Kind::Usage, format!("invalid digest `{text}`"))
                    .hint("a digest is `sha256:` and 64 hex digits, as `seasense status` shows it")
            });
        }
        Ok(match (text, known(text)) {
            (".", _) => Self::WorkTree,
            (_, Some(name)) => Self::Environment(name),
            (revision, None) => Self::Revision(revision.to_owned()),
        })
    }
}

/// Returns the environment whose variables are used for a side that is not an environment: the other side's, so
/// that only real differences show, else `default`.
pub fn shared_environment(before: &SideName, after: &SideName, default: &EnvName) -> EnvName {
    match (before, after) {
        // A rehearsal has the variables of its environment.
        (SideName::Environment(name), _) | (_, SideName::Environment(name)) => {
            name.rehearsed().unwrap_or_else(|| name.clone())
        }
        _ => default.clone(),
    }
}

fn unknown_environment(name: &str, environments: &[EnvName]) -> Failure {
    let failure = Failure::new(Kind::Usage, format!("there is no environment `{name}`"));
    match nearest(name, environments.iter().map(EnvName::as_str)) {
        Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
        None => failure.hint(format!("the environments in `envs` are {}", joined(environments))),
    }
}

/// Returns the failure for a name that is not an environment, a digest or a commit.
pub(super) fn unknown(name: &str, environments: &[EnvName]) -> Failure {
    let message = format!("`{name}` is neither an environment nor a commit nor a digest");
    let failure = Failure::new(Kind::Usage, message);
    match nearest(name, environments.iter().map(EnvName::as_str)) {
        Some(near) => failure.hint(format!("the nearest known environment is `{near}`")),
        None => failure
            .hint(format!("name one of {}, a commit, an artifact's digest, or `.`", joined(environments))),
    }
}

fn joined(environments: &[EnvName]) -> String {
    environments.iter().map(EnvName::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::digest;

    #[test]
    fn every_kind_of_name_is_parsed() {
        let environments = ["local".into(), "staging".into()];
        let parse = |text: &str| SideName::parse(text, &environments);
        assert_eq!(parse(".").unwrap(), SideName::WorkTree);
        assert_eq!(parse("staging").unwrap(), SideName::Environment("staging".into()));
        let rehearsal = SideName::Environment("rehearsal-staging".into());
        assert_eq!(parse("rehearsal-staging").unwrap(), rehearsal);
        assert_eq!(shared_environment(&rehearsal, &SideName::WorkTree, &"local".into()), "staging");
        let unknown = SideName::Revision("rehearsal-other".into());
        assert_eq!(parse("rehearsal-other").unwrap(), unknown, "nothing is called so");
        assert_eq!(parse("env:local").unwrap(), SideName::Environment("local".into()));
        assert_eq!(parse("git:staging").unwrap(), SideName::Revision("staging".into()));
        assert_eq!(parse("HEAD~20").unwrap(), SideName::Revision("HEAD~20".into()));
        assert_eq!(parse(&digest('a')).unwrap(), SideName::Digest(digest('a')));
        assert_eq!(parse("sha256:aa").unwrap_err().kind, Kind::Usage);
        assert_eq!(parse("env:stagin").unwrap_err().hints, ["the nearest known name is `staging`"]);
    }

    #[test]
    fn both_sides_share_the_named_environment() {
        let environment = SideName::Environment("staging".into());
        let (head, local) = (SideName::Revision("HEAD".into()), "local".into());
        assert_eq!(shared_environment(&environment, &SideName::WorkTree, &local), "staging");
        assert_eq!(shared_environment(&SideName::WorkTree, &environment, &local), "staging");
        assert_eq!(shared_environment(&SideName::WorkTree, &head, &local), "local");
    }
}
