//! `envs/<env>.lock.toml`: the digest that an environment is to run, as a reviewed file in Git.

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use toml::Spanned;

use crate::{
    base::{
        atomic_file::{self, PRIVATE},
        digest::Digest,
        failure::{Context, Failure, Kind, Location, Result},
    },
    config::EnvName,
};

/// The format of the file. Other versions are refused.
pub const LOCK_VERSION: u32 = 1;

/// The content of a lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvLock {
    /// The artifact.
    pub digest: Digest,
    /// The commit it was packed from, 40 or 64 hex digits; `None` if unknown.
    pub commit: Option<String>,
    /// The images that its files reference: repository without registry, to digest.
    pub images: BTreeMap<String, Digest>,
    /// The environment that it was promoted from; `None` if unknown.
    pub promoted_from: Option<EnvName>,
    /// The digest that was verified before it; `None` in the first promotion.
    pub previous: Option<Digest>,
}

/// The file's tables.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    version: Spanned<u32>,
    #[serde(with = "crate::config::env_name_or_empty")]
    promoted_from: Option<EnvName>,
    previous: Option<Spanned<String>>,
    artifact: Artifact,
    #[serde(default)]
    images: BTreeMap<String, Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Artifact {
    digest: Spanned<String>,
    commit: Option<Spanned<String>>,
}

impl EnvLock {
    /// Returns the lock file of `environment`, relative to the project's root.
    pub fn file(environment: &EnvName) -> PathBuf {
        PathBuf::from(format!("envs/{environment}.lock.toml"))
    }

    /// Parses `text`, the content of `file`. Fails with kind `Environment`, the line and the column.
    pub fn parse(file: &Path, text: &str) -> Result<Self> {
        let invalid = |offset: usize, message: String| {
            Failure::new(Kind::Environment, message)
                .at(Location::at_offset(file, text, offset))
                .hint("restore the file from Git: only `seasense promote` and `seasense rollback` write it")
        };
        let parsed: File = toml::from_str(text).map_err(|error| {
            let message = error.message().lines().next().unwrap_or_default().to_owned();
            invalid(error.span().map_or(0, |span| span.start), message)
        })?;
        let version = *parsed.version.get_ref();
        if version != LOCK_VERSION {
            let text = format!("the lock file has version {version}, expected {LOCK_VERSION}");
            return Err(invalid(parsed.version.span().start, text));
        }
        let digest = |value: Spanned<String>| {
            let at = value.span().start;
            let text = value.into_inner();
            text.parse::<Digest>().map_err(|_| {
                invalid(at, format!("invalid digest `{text}`, expected `sha256:` and 64 hex digits"))
            })
        };
        let commit = parsed.artifact.commit.map(|value| {
            let at = value.span().start;
            let text = value.into_inner();
            if is_commit(&text) { Ok(text) } else { Err(invalid(at, format!("invalid commit `{text}`"))) }
        });
        let images = parsed.images.into_iter().map(|(name, value)| Ok((name, digest(value)?)));
        Ok(Self {
            digest: digest(parsed.artifact.digest)?,
            commit: commit.transpose()?,
            images: images.collect::<Result<_>>()?,
            promoted_from: parsed.promoted_from,
            previous: parsed.previous.map(digest).transpose()?,
        })
    }

    /// Reads the lock file of `environment` from the work tree at `root`; `None` if it does not exist.
    pub fn read(root: &Path, environment: &EnvName) -> Result<Option<Self>> {
        let file = Self::file(environment);
        match std::fs::read_to_string(root.join(&file)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            read => {
                let text = read.with_context(Kind::Environment, || format!("read `{}`", file.display()))?;
                Self::parse(&file, &text).map(Some)
            }
        }
    }

    /// Returns the text of the file. Equal locks have equal bytes.
    pub fn to_text(&self) -> String {
        let mut text = String::from(HEAD);
        let mut line = |key: &str, value: &str| text += &format!("{key} = {}\n", quoted(value));
        line("promoted-from", self.promoted_from.as_deref().unwrap_or_default());
        if let Some(previous) = &self.previous {
            line("previous", previous);
        }
        text += "\n[artifact]\n";
        let mut line = |key: &str, value: &str| text += &format!("{key} = {}\n", quoted(value));
        line("digest", &self.digest);
        if let Some(commit) = &self.commit {
            line("commit", commit);
        }
        text += "\n[images]\n";
        for (name, digest) in &self.images {
            text += &format!("{} = {}\n", quoted(name), quoted(digest));
        }
        text
    }

    /// Writes it to `path` atomically.
    pub fn write(&self, path: &Path) -> Result<()> {
        atomic_file::replace(path, PRIVATE, |out| out.write_all(self.to_text().as_bytes()))
            .with_context(Kind::Environment, || format!("write `{}`", path.display()))
    }
}

const HEAD: &str = "\
# The digest that this environment runs. Only `seasense promote` and `seasense rollback` write it.
version = 1
";

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && is_hex(text)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Returns `text` as a TOML basic string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted += &format!("\\u{:04X}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
#[path = "lock_file_tests.rs"]
pub(crate) mod tests;
