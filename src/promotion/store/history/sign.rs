//! Signs records with an SSH key and checks signatures, by `ssh-keygen`.

use std::{
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;

use super::{History, Record};
use crate::{
    base::{
        failure::{Context, Kind, Result},
        tool::{Invocation, ToolError},
    },
    promotion::gates::Signer,
};

/// What signatures are made for: one made for anything else is not taken.
pub const NAMESPACE: &str = "seasense-promotion";
/// A key on a card or in an agent may ask a person.
const LIMIT: Duration = Duration::from_mins(1);

/// Who may sign, below the project's root.
pub fn allowed_file() -> PathBuf {
    PathBuf::from("envs/allowed_signers")
}

/// What checking a signature gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// Made by this signer, who may.
    Good(String),
    /// Not made by anybody who may, or for something else; the text says why.
    Bad(String),
    /// The record says that it has none.
    Unsigned,
}

/// The key that signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// A file: the private key, or the public one of a key that an agent holds.
    File(PathBuf),
    /// A public key's text, whose private one an agent holds.
    Text(String),
}

impl Key {
    /// What Git's `user.signingkey` names where `gpg.format` is `ssh`.
    pub fn from_git(value: &str, home: Option<&Path>) -> Self {
        let literal = value.strip_prefix("key::");
        if literal.is_some()
            || value.starts_with("ssh-")
            || value.starts_with("ecdsa-")
            || value.starts_with("sk-")
        {
            return Self::Text(literal.unwrap_or(value).to_owned());
        }
        match (value.strip_prefix("~/"), home) {
            (Some(rest), Some(home)) => Self::File(home.join(rest)),
            _ => Self::File(PathBuf::from(value)),
        }
    }
}

/// The key that signs here, and who may sign.
#[derive(Debug)]
pub struct Keys {
    key: Option<Key>,
    folder: tempfile::TempDir,
}

impl Keys {
    /// Signs with `key`; `allowed` is the text of the file that says who may.
    pub fn new(key: Option<Key>, allowed: &str) -> Result<Self> {
        let folder = tempfile::tempdir().context(Kind::Tool, "make a folder for signatures")?;
        std::fs::write(folder.path().join("allowed"), allowed).context(Kind::Tool, "write who may sign")?;
        Ok(Self { key, folder })
    }

    /// Whether a key is there, signs, and may: seen by a trial signature.
    pub async fn signer(&self, now: Timestamp) -> Signer {
        match self.sign("a trial").await {
            Ok(None) => Signer::Unconfigured,
            Err(failure) => Signer::Unusable(failure.with_causes().lines().collect::<Vec<_>>().join(" ")),
            Ok(Some(signature)) => match self.check("a trial", &signature, now).await {
                Ok(Signature::Good(who)) => Signer::Ready(who),
                Ok(Signature::Bad(why)) => Signer::Unusable(why),
                Ok(Signature::Unsigned) => Signer::Unconfigured,
                Err(failure) => Signer::Unusable(failure.message),
            },
        }
    }

    /// The armoured signature of `payload`; `None` where no key is configured.
    pub async fn sign(&self, payload: &str) -> Result<Option<String>> {
        let file = match &self.key {
            None => return Ok(None),
            Some(Key::File(file)) => file.clone(),
            Some(Key::Text(text)) => {
                let file = self.folder.path().join("key.pub");
                std::fs::write(&file, format!("{text}\n")).context(Kind::Tool, "write the public key")?;
                file
            }
        };
        let sign = Invocation::new("ssh-keygen").args(["-Y", "sign", "-n", NAMESPACE, "-f"]).arg(file);
        let signed = sign.stdin(payload).limit(LIMIT).capture().await;
        let signed =
            signed.map_err(|error| error.into_failure(Kind::Tool, "cannot sign with the SSH key"))?;
        Ok(Some(signed.stdout))
    }

    /// Whether `signature` is that of `payload` by somebody who might sign at the time `at`.
    pub async fn check(&self, payload: &str, signature: &str, at: Timestamp) -> Result<Signature> {
        let mut file =
            tempfile::NamedTempFile::new_in(self.folder.path()).context(Kind::Tool, "keep a signature")?;
        file.write_all(signature.as_bytes()).context(Kind::Tool, "keep a signature")?;
        let time = format!("-Overify-time={}Z", at.strftime("%Y%m%d%H%M%S"));
        let ask = |what: &str| {
            let ask = Invocation::new("ssh-keygen").args(["-Y", what, &time]).limit(LIMIT);
            ask.arg("-f").arg(self.folder.path().join("allowed")).arg("-s").arg(file.path())
        };
        let found = match ask("find-principals").capture().await {
            Ok(found) => found.stdout,
            Err(error) => return bad(error, "nobody in envs/allowed_signers has that key at that time"),
        };
        let Some(who) = found.lines().next().filter(|who| !who.is_empty()) else {
            return Ok(Signature::Bad("the key belongs to nobody".to_owned()));
        };
        let verify = ask("verify").args(["-n", NAMESPACE, "-I", who]).stdin(payload);
        match verify.capture().await {
            Ok(_) => Ok(Signature::Good(who.to_owned())),
            Err(error) => bad(error, "it is the signature of something else"),
        }
    }

    /// Checks every signature of `history`.
    pub async fn check_all(&self, history: &mut History) -> Result<()> {
        for line in &mut history.lines {
            line.checked = Some(match &line.signature {
                None => Signature::Unsigned,
                Some(signature) => self.check(&line.payload, signature, line.record.at).await?,
            });
        }
        Ok(())
    }

    /// Adds `record` to `history`, signed where a key is configured.
    pub async fn append(&self, history: &mut History, record: Record) -> Result<()> {
        let (record, payload) = history.next(record).context(Kind::Internal, "write the record")?;
        let signature = self.sign(&payload).await?;
        history.push(record, payload, signature);
        Ok(())
    }
}

/// The tool's refusal is an answer; that it cannot be run is a failure.
fn bad(error: ToolError, why: &str) -> Result<Signature> {
    match error {
        ToolError::Exited { .. } => Ok(Signature::Bad(why.to_owned())),
        error => Err(error.into_failure(Kind::Tool, "cannot check a signature")),
    }
}

#[cfg(test)]
#[path = "sign_tests.rs"]
mod tests;
