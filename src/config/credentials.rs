//! Credentials for registries: from the process environment or from Docker's file, never from a command line.

use std::path::PathBuf;

use serde_json::Value;

use crate::base::failure::{Context, Failure, Kind, Result};

/// The variables with the user name and password for every registry that is not on this machine.
const USER: &str = "SEASENSE_REGISTRY_USER";
const PASSWORD: &str = "SEASENSE_REGISTRY_PASSWORD";
/// Scaleway's registries accept this user name with a secret key of the API.
const SCALEWAY: (&str, &str, &str) = (".scw.cloud", "nologin", "SCW_SECRET_KEY");

/// A user name and password for one registry.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: String,
}

/// Hides the password, so that it cannot reach a log.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Returns the credentials for the registry `host`; `None` if none are configured, as for a local registry.
///
/// The order is: `SEASENSE_REGISTRY_USER` with `SEASENSE_REGISTRY_PASSWORD`; at Scaleway `SCW_SECRET_KEY`; the
/// file that `docker login` writes. Fails with kind `Environment` if that file is invalid.
pub fn registry_credentials(host: &str) -> Result<Option<Credentials>> {
    let file = docker_file().filter(|file| file.is_file());
    let text = file.as_ref().map(std::fs::read_to_string).transpose();
    let text = text.with_context(Kind::Environment, || "read Docker's credentials file".to_owned())?;
    choose(host, variable, text.as_deref()).map_err(|failure| match &file {
        Some(file) => failure.because(format!("in `{}`", file.display())),
        None => failure,
    })
}

#[expect(clippy::disallowed_methods, reason = "`config` is the reader of the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn docker_file() -> Option<PathBuf> {
    let folder = variable("DOCKER_CONFIG").map(PathBuf::from);
    let home = || Some(PathBuf::from(variable("HOME")?).join(".docker"));
    Some(folder.or_else(home)?.join("config.json"))
}

/// Chooses the credentials; pure.
fn choose(
    host: &str,
    variable: impl Fn(&str) -> Option<String>,
    docker: Option<&str>,
) -> Result<Option<Credentials>> {
    let name = host.split(':').next().unwrap_or(host);
    if let (Some(user), Some(password)) = (variable(USER), variable(PASSWORD)) {
        return Ok(Some(Credentials { user, password }));
    }
    let (domain, user, key) = SCALEWAY;
    if let Some(password) = variable(key).filter(|_| name.ends_with(domain)) {
        return Ok(Some(Credentials { user: user.to_owned(), password }));
    }
    docker.map_or(Ok(None), |text| of_docker(host, text))
}

fn of_docker(host: &str, text: &str) -> Result<Option<Credentials>> {
    let what = "read the file that `docker login` wrote";
    let file: Value = serde_json::from_str(text).context(Kind::Environment, what)?;
    let entries = file["auths"].as_object().into_iter().flatten();
    let bare = |name: &str| {
        let name = name.trim_start_matches("https://").trim_start_matches("http://");
        name.split('/').next().unwrap_or(name).to_owned()
    };
    let Some((_, entry)) = entries.into_iter().find(|(name, _)| bare(name) == host) else { return Ok(None) };
    // An entry without a value belongs to a credential helper, which only Docker itself runs.
    let Some(encoded) = entry["auth"].as_str().filter(|text| !text.is_empty()) else { return Ok(None) };
    let broken = || Failure::new(Kind::Environment, what).because(format!("its entry for {host} is invalid"));
    let plain = decode(encoded).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(broken)?;
    let (user, password) = plain.split_once(':').ok_or_else(broken)?;
    Ok(Some(Credentials { user: user.to_owned(), password: password.to_owned() }))
}

/// Decodes Base64; `None` if `text` is invalid. `docker login` pads its values, other tools do not.
fn decode(text: &str) -> Option<Vec<u8>> {
    use base64::{
        Engine,
        alphabet::STANDARD,
        engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    };
    const CONFIG: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&STANDARD, CONFIG).decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    // "me:p:w", as `docker login` writes it.
    const FILE: &str =
        r#"{"auths": {"https://registry.example/v1/": {"auth": "bWU6cDp3"}, "helped.example": {}}}"#;

    fn chosen(host: &str, set: &[(&str, &str)], docker: Option<&str>) -> Option<(String, String)> {
        let variable =
            |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        choose(host, variable, docker).unwrap().map(|found| (found.user, found.password))
    }

    #[test]
    fn environment_variables_precede_the_docker_file() {
        let own = [(USER, "ci"), (PASSWORD, "s3cret")];
        let pair = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        assert_eq!(chosen("registry.example", &own, Some(FILE)), pair("ci", "s3cret"));
        assert_eq!(chosen("registry.example", &[], Some(FILE)), pair("me", "p:w"));
        assert_eq!(chosen("rg.fr-par.scw.cloud", &[("SCW_SECRET_KEY", "k")], None), pair("nologin", "k"));
        assert_eq!(chosen("ghcr.io", &[("SCW_SECRET_KEY", "k")], Some(FILE)), None);
        assert_eq!(chosen("helped.example", &[], Some(FILE)), None);
        assert_eq!(chosen("127.0.0.1:5050", &[], None), None);
    }

    #[test]
    fn invalid_docker_file_is_reported_without_its_content() {
        let failure = choose("r.example", |_| None, Some(r#"{"auths": {"r.example": {"auth": "!%&"}}}"#));
        let failure = failure.unwrap_err();
        assert_eq!(failure.kind, Kind::Environment);
        assert!(!format!("{failure:?}").contains("!%&"));
        assert!(choose("r.example", |_| None, Some("{")).is_err());
    }

    #[test]
    fn password_is_never_shown() {
        let credentials = Credentials { user: "me".into(), password: "s3cret".into() };
        assert!(!format!("{credentials:?}").contains("s3cret"));
    }

    #[test]
    fn base64_of_every_length_is_decoded() {
        let read = |text: &str| String::from_utf8(decode(text).unwrap()).unwrap();
        assert_eq!([read(""), read("YQ=="), read("YWI="), read("YWJj")], ["", "a", "ab", "abc"]);
        assert_eq!(decode("a b"), None);
    }
}
