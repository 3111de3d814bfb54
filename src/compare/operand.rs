//! What a person names on the command line: the work tree, an environment, an artifact's digest or a commit. Pure.

use crate::base::failure::{Failure, Kind, Result};

/// One side of a comparison, as it was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// The checkout as it is, uncommitted edits included: `.`
    WorkTree,
    /// What an environment runs, or where it runs nothing yet, what it would run.
    Environment(String),
    /// An artifact in the local registry, `sha256:` and 64 hex digits.
    Digest(String),
    /// Anything that Git can resolve to a commit.
    Revision(String),
}

impl Operand {
    /// Reads `text`; `environments` are the names that are known. `env:NAME` and `git:REVISION` say which is meant where
    /// both could be.
    pub fn parse(text: &str, environments: &[String]) -> Result<Self> {
        let known = |name: &str| environments.iter().any(|known| known == name);
        if let Some(name) = text.strip_prefix("env:") {
            return if known(name) {
                Ok(Self::Environment(name.to_owned()))
            } else {
                Err(unknown(name, environments))
            };
        }
        if let Some(revision) = text.strip_prefix("git:") {
            return Ok(Self::Revision(revision.to_owned()));
        }
        if let Some(hex) = text.strip_prefix("sha256:") {
            let whole = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
            return if whole {
                Ok(Self::Digest(text.to_owned()))
            } else {
                Err(Failure::new(Kind::Usage, format!("`{text}` is no digest"))
                    .hint("a digest is `sha256:` and 64 hex digits, as `seasense status` shows it"))
            };
        }
        Ok(match text {
            "." => Self::WorkTree,
            name if known(name) => Self::Environment(name.to_owned()),
            revision => Self::Revision(revision.to_owned()),
        })
    }
}

fn unknown(name: &str, environments: &[String]) -> Failure {
    let failure = Failure::new(Kind::Usage, format!("there is no environment `{name}`"));
    match crate::config::nearest(name, environments.iter().map(String::as_str)) {
        Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
        None => failure.hint(format!("`envs` holds: {}", environments.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_meant() {
        let environments = ["local".to_owned(), "staging".to_owned()];
        let parse = |text: &str| Operand::parse(text, &environments);
        let digest = format!("sha256:{}", "a".repeat(64));
        assert_eq!(parse(".").unwrap(), Operand::WorkTree);
        assert_eq!(parse("staging").unwrap(), Operand::Environment("staging".into()));
        assert_eq!(parse("env:local").unwrap(), Operand::Environment("local".into()));
        assert_eq!(parse("git:staging").unwrap(), Operand::Revision("staging".into()));
        assert_eq!(parse("HEAD~20").unwrap(), Operand::Revision("HEAD~20".into()));
        assert_eq!(parse(&digest).unwrap(), Operand::Digest(digest));
        assert_eq!(parse("sha256:aa").unwrap_err().kind, Kind::Usage);
        assert_eq!(parse("env:stagin").unwrap_err().hints, ["the nearest known name is `staging`"]);
    }
}
