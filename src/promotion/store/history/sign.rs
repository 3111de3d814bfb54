//! Signs records with an SSH key and checks signatures, with `ssh-keygen`.

use std::{
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;

use super::{History, Record, Signature};
use crate::{
    base::{
        failure::{Context, Kind, Result},
        tool::{Invocation, ToolError},
    },
    promotion::gates::Signer,
};

/// The SSH signature namespace. Signatures with another namespace are refused.
pub const NAMESPACE: &str = "seasense-promotion";
/// A key on a card or in an agent may ask the user for confirmation.
const LIMIT: Duration = Duration::from_mins(1);

/// Returns the file with the allowed signers, relative to the project's root.
pub fn allowed_file() -> PathBuf {
    PathBuf::from("envs/allowed_signers")
}

/// A signing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// A file: the private key, or the public key of a private key in an agent.
    File(PathBuf),
    /// The text of a public key whose private key is in an agent.
    Text(String),
}

impl Key {
    /// Parses Git's `user.signingkey` if `gpg.format` is `ssh`.
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

/// The signing key of this run, and the allowed signers.
#[derive(Debug)]
pub struct Keys {
    key: Option<Key>,
    folder: tempfile::TempDir,
}

impl Keys {
    /// Creates keys that sign with `key`. `allowed` is the text of the file with the allowed signers.
    pub fn new(key: Option<Key>, allowed: &str) -> Result<Self> {
        let folder = tempfile::tempdir().context(Kind::Tool, "create a folder for signatures")?;
        std::fs::write(folder.path().join("allowed"), allowed)
            .context(Kind::Tool, "write the allowed signers")?;
        Ok(Self { key, folder })
    }

    /// Checks with a test signature whether a key exists, signs, and is allowed.
    pub async fn signer(&self, now: Timestamp) -> Signer {
        match self.sign("test").await {
            Ok(None) => Signer::Unconfigured,
            Err(failure) => Signer::Unusable(failure.with_causes().lines().collect::<Vec<_>>().join(" ")),
            Ok(Some(signature)) => match self.check("test", &signature, now).await {
                Ok(Signature::Good(who)) => Signer::Ready(who),
                Ok(Signature::Bad(why)) => Signer::Unusable(why),
                Ok(Signature::Unsigned) => Signer::Unconfigured,
                Err(failure) => Signer::Unusable(failure.message),
            },
        }
    }

    /// Returns the armoured signature of `payload`; `None` if no key is configured.
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

    /// Checks that `signature` signs `payload` and that its signer was allowed at `at`.
    pub async fn check(&self, payload: &str, signature: &str, at: Timestamp) -> Result<Signature> {
        let mut file =
            tempfile::NamedTempFile::new_in(self.folder.path()).context(Kind::Tool, "write a signature")?;
        file.write_all(signature.as_bytes()).context(Kind::Tool, "write a signature")?;
        let time = format!("-Overify-time={}Z", at.strftime("%Y%m%d%H%M%S"));
        let keygen = |action: &str| {
            let keygen = Invocation::new("ssh-keygen").args(["-Y", action, &time]).limit(LIMIT);
            keygen.arg("-f").arg(self.folder.path().join("allowed")).arg("-s").arg(file.path())
        };
        let found = match keygen("find-principals").capture().await {
            Ok(found) => found.stdout,
            Err(error) => return bad(error, "the key is not in envs/allowed_signers for that time"),
        };
        let Some(who) = found.lines().next().filter(|who| !who.is_empty()) else {
            return Ok(Signature::Bad("the key has no principal".to_owned()));
        };
        let verify = keygen("verify").args(["-n", NAMESPACE, "-I", who]).stdin(payload);
        match verify.capture().await {
            Ok(_) => Ok(Signature::Good(who.to_owned())),
            Err(error) => bad(error, "it does not sign this record"),
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

    /// Appends `record` to `history`, signed if a key is configured.
    pub async fn append(&self, history: &mut History, record: Record) -> Result<()> {
        let (record, payload) = history.next(record).context(Kind::Internal, "write the record")?;
        let signature = self.sign(&payload).await?;
        history.push(record, payload, signature);
        Ok(())
    }
}

/// Converts an error of `ssh-keygen`: a refusal is a bad signature, anything else is a failure.
fn bad(error: ToolError, why: &str) -> Result<Signature> {
    match error {
        ToolError::Exited { .. } => Ok(Signature::Bad(why.to_owned())),
        error => Err(error.into_failure(Kind::Tool, "cannot check a signature")),
    }
}

#[cfg(test)]
#[path = "sign_tests.rs"]
mod tests;
