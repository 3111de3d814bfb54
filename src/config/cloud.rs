//! The keys of the cloud providers: read from the process environment only, and never shown.

use std::fmt;

use crate::base::failure::{Failure, Kind, Result};

/// A value that no message, no log and no `{:?}` ever shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps `value`.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value; called only to send it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The keys and addresses that changes of resources at Scaleway need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudKeys {
    /// `SCW_ACCESS_KEY`.
    pub access_key: Secret,
    /// `SCW_SECRET_KEY`.
    pub secret_key: Secret,
    /// `SCW_DEFAULT_PROJECT_ID`.
    pub project: String,
    /// `SCW_DEFAULT_ORGANIZATION_ID`.
    pub organization: String,
    /// `SCW_API_URL`, or Scaleway's own address.
    pub api: String,
    /// `CLOUDFLARE_API_TOKEN`, if the public name is managed at Cloudflare; without it no DNS record is
    /// touched.
    pub cloudflare: Option<Secret>,
    /// `CLOUDFLARE_BASE_URL`, or Cloudflare's own address.
    pub cloudflare_api: String,
    /// `SEASENSE_STATE_PASSPHRASE`: encrypts the OpenTofu state, if set.
    pub passphrase: Option<Secret>,
}

/// The default address of Scaleway's API.
const API: &str = "https://api.scaleway.com";
/// The default address of Cloudflare's API.
const CLOUDFLARE: &str = "https://api.cloudflare.com/client/v4";
/// The minimum length that OpenTofu's key derivation requires.
const PASSPHRASE_LENGTH: usize = 16;

impl CloudKeys {
    /// Reads the keys from the process environment; the failure lists every missing variable.
    pub fn from_environment() -> Result<Self> {
        Self::from(variable)
    }

    fn from(read: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let mut missing = Vec::new();
        let mut need = |name: &'static str| {
            read(name).unwrap_or_else(|| {
                missing.push(name);
                String::new()
            })
        };
        let (access, secret) = (need("SCW_ACCESS_KEY"), need("SCW_SECRET_KEY"));
        let (project, organization) = (need("SCW_DEFAULT_PROJECT_ID"), need("SCW_DEFAULT_ORGANIZATION_ID"));
        if !missing.is_empty() {
            return Err(Failure::new(Kind::Usage, "the keys for Scaleway are missing")
                .because(format!("not set in the environment: {}", missing.join(", ")))
                .hint("export them, for example with `scw info`; they are never read from a file or an argument"));
        }
        let passphrase = read("SEASENSE_STATE_PASSPHRASE");
        if passphrase.as_ref().is_some_and(|text| text.len() < PASSPHRASE_LENGTH) {
            return Err(Failure::new(Kind::Usage, "`SEASENSE_STATE_PASSPHRASE` is too short")
                .because(format!("it needs {PASSPHRASE_LENGTH} characters or more"))
                .hint("create one with `openssl rand -base64 32`, and store it together with the age key"));
        }
        let address = |name: &str, default: &str| {
            read(name).unwrap_or_else(|| default.to_owned()).trim_end_matches('/').to_owned()
        };
        Ok(Self {
            access_key: Secret::new(access),
            secret_key: Secret::new(secret),
            project,
            organization,
            api: address("SCW_API_URL", API),
            cloudflare: read("CLOUDFLARE_API_TOKEN").map(Secret::new),
            cloudflare_api: address("CLOUDFLARE_BASE_URL", CLOUDFLARE),
            passphrase: passphrase.map(Secret::new),
        })
    }

    /// Returns every value that must never be shown.
    pub fn secrets(&self) -> Vec<&str> {
        let keys = [self.access_key.reveal(), self.secret_key.reveal()];
        keys.into_iter()
            .chain([&self.passphrase, &self.cloudflare].into_iter().flatten().map(Secret::reveal))
            .collect()
    }
}

#[expect(clippy::disallowed_methods, reason = "`config` is the reader of the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str) -> Option<String> {
        name.starts_with("SCW_").then(|| format!("{name}/"))
    }

    #[test]
    fn failure_lists_every_missing_variable() {
        let failure = CloudKeys::from(|name| set(name).filter(|_| name == "SCW_ACCESS_KEY")).unwrap_err();
        let missing =
            "not set in the environment: SCW_SECRET_KEY, SCW_DEFAULT_PROJECT_ID, SCW_DEFAULT_ORGANIZATION_ID";
        assert_eq!(failure.kind, Kind::Usage);
        assert_eq!(failure.causes, [missing]);
    }

    #[test]
    fn secrets_are_never_shown() {
        let read = |name: &str| match name {
            "SEASENSE_STATE_PASSPHRASE" => Some("correct horse battery".to_owned()),
            name => set(name),
        };
        let credentials = CloudKeys::from(read).unwrap();
        let shown = format!("{credentials:?}");
        assert!(credentials.secrets().iter().all(|secret| !shown.contains(secret)), "{shown}");
        assert_eq!(credentials.secrets().len(), 3);
        assert_eq!(credentials.api, "SCW_API_URL");
    }

    #[test]
    fn short_passphrase_is_rejected() {
        let read = |name: &str| match name {
            "SEASENSE_STATE_PASSPHRASE" => Some("short".to_owned()),
            name => set(name),
        };
        assert!(CloudKeys::from(read).unwrap_err().message.contains("too short"));
    }
}
