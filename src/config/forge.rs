//! The forge for the review of changes: `infra/forge.toml`, which is optional.

use std::{fmt, path::PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::{Project, settings_file::SettingsFile};
use crate::base::failure::{Failure, Kind, Result};

/// The file, relative to the project.
const FILE: &str = "infra/forge.toml";

/// The kind of a forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ForgeKind {
    /// GitHub, hosted or self-hosted.
    GitHub,
    /// GitLab, hosted or self-hosted.
    GitLab,
    /// Forgejo, for example Codeberg.
    Forgejo,
}

/// The forge of a project.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Forge {
    /// The kind of the forge.
    pub kind: ForgeKind,
    /// Its API: `https://api.github.com`, `https://gitlab.com/api/v4`, `https://codeberg.org/api/v1`.
    pub api: Spanned<String>,
    /// The repository: `owner/name`, with GitLab also `group/subgroup/name`.
    pub repository: Spanned<String>,
    /// The environment variable with the token.
    pub token_variable: Spanned<String>,
    /// The Git remote of this repository.
    pub remote: Spanned<String>,
}

/// A forge's token, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The secret; used only for the header of a request.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// A token for tests.
    #[cfg(test)]
    pub(crate) fn of(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

impl Forge {
    /// Reads the forge of `project`; `None` if the project has none.
    pub fn load(project: &Project) -> Result<Option<Self>> {
        if !project.root().join(FILE).exists() {
            return Ok(None);
        }
        let document = SettingsFile::open(project, PathBuf::from(FILE))?;
        let forge: Self = document.parse()?;
        let api = forge.api.get_ref();
        // The token is sent there, so HTTP without TLS is allowed to this machine only.
        let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        if !api.starts_with("https://") && !loopback.iter().any(|start| rest_is_port(api, start)) {
            return Err(document.invalid(&forge.api, format!("`api` must begin with https://, not `{api}`")));
        }
        let parts: Vec<&str> = forge.repository.get_ref().split('/').collect();
        let allowed = |part: &&str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        };
        let owned = if forge.kind == ForgeKind::GitLab { parts.len() >= 2 } else { parts.len() == 2 };
        if !owned || !parts.iter().all(allowed) {
            let message = format!("`repository` must be `owner/name`, not `{}`", forge.repository.get_ref());
            return Err(document.invalid(&forge.repository, message));
        }
        let variable = forge.token_variable.get_ref();
        if variable.is_empty()
            || !variable.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        {
            let message =
                "`token-variable` must be the name of an environment variable, not the token".to_owned();
            return Err(document.invalid(&forge.token_variable, message));
        }
        if forge.remote.get_ref().is_empty() || forge.remote.get_ref().starts_with('-') {
            return Err(document.invalid(&forge.remote, "`remote` must name a Git remote".to_owned()));
        }
        Ok(Some(forge))
    }

    /// Reads the token from its environment variable.
    #[expect(clippy::disallowed_methods, reason = "`config` is the reader of the environment")]
    pub fn token(&self) -> Result<Token> {
        let variable = self.token_variable.get_ref();
        std::env::var(variable)
            .ok()
            .filter(|token| !token.trim().is_empty())
            .map(|token| Token(token.trim().to_owned()))
            .ok_or_else(|| {
                Failure::new(Kind::Promotion, "the token for the forge is missing")
                    .because(format!(
                        "{FILE} refers to the environment variable {variable}, which is not set"
                    ))
                    .hint(format!(
                        "create a token that may read and write pull requests of `{}`, and set {variable}",
                        self.repository.get_ref()
                    ))
            })
    }
}

fn rest_is_port(api: &str, start: &str) -> bool {
    api.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Forge>> {
        let folder = tempfile::tempdir().unwrap();
        for inside in ["envs", "gitops", "infra"] {
            std::fs::create_dir(folder.path().join(inside)).unwrap();
        }
        if !text.is_empty() {
            std::fs::write(folder.path().join(FILE), text).unwrap();
        }
        Forge::load(&Project::find(folder.path()).unwrap())
    }

    const GOOD: &str = "kind = \"github\"\napi = \"https://api.github.com\"\nrepository = \"project-seasense/seasense\"\n\
        token-variable = \"FORGE_TOKEN\"\nremote = \"origin\"\n";

    #[test]
    fn project_without_the_file_has_no_forge() {
        assert_eq!(read(""), Ok(None));
        assert_eq!(read(GOOD).unwrap().unwrap().kind, ForgeKind::GitHub);
    }

    #[test]
    fn unsafe_settings_are_rejected_with_their_location() {
        for (from, to, place) in [
            ("https://api.github.com", "http://api.github.com", "2:7"),
            ("https://api.github.com", "http://127.0.0.1.example.org", "2:7"),
            ("project-seasense/seasense", "seasense", "3:14"),
            ("project-seasense/seasense", "a/b/../c", "3:14"),
            ("FORGE_TOKEN", "ghp_abc", "4:18"),
            ("origin", "--upload-pack=x", "5:10"),
            ("github", "gitea", "1:8"),
        ] {
            let failure = read(&GOOD.replace(from, to)).unwrap_err();
            assert_eq!(failure.location.unwrap().to_string(), format!("{FILE}:{place}"), "{to}");
        }
        assert!(read(&GOOD.replace("https://api.github.com", "http://127.0.0.1:8000")).is_ok());
    }

    #[test]
    fn token_is_never_shown() {
        assert_eq!(format!("{:?}", Token::of("secret")), "Token(..)");
    }
}
