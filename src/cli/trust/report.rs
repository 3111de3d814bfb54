//! `seasense trust status`: what is trusted where.

use std::process::ExitCode;

use serde::Serialize;

use super::{super::Context, Work};
use crate::{
    base::failure::{Context as _, Failure, Kind, Result},
    local::trust::{self, Certificate, Entry, Roots},
    ui::Style,
};

/// What `trust status --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Report {
    version: u8,
    /// The environment's authority; absent before the first `dev`.
    authority: Option<Authority>,
    /// The places of this machine, and those that were changed once.
    stores: Vec<Stored>,
    /// What a handshake with the running gateway proved.
    handshake: Handshake,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Authority {
    subject: String,
    fingerprint: String,
    expires: String,
    permitted: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Stored {
    store: &'static str,
    path: String,
    /// Whether it trusts the environment's authority as it is now.
    trusted: bool,
    /// Fingerprints of former authorities of the environment that it still trusts.
    outdated: Vec<String>,
    /// What must be installed before it can be asked; absent when nothing is missing.
    lacking: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Handshake {
    /// Whether the authority's own file verifies what the gateway shows; absent without authority.
    file: Option<bool>,
    /// Whether the system's store does.
    system: bool,
    /// Why the system's store does not; empty where it does.
    message: String,
}

/// Looks, shakes hands, and tells. The exit code is 0: not to be trusted is no fault.
pub async fn run(context: &Context<'_>, work: Work, json: bool) -> Result<ExitCode> {
    let report = look(&work).await?;
    if json {
        let text = serde_json::to_string_pretty(&report).context(Kind::Internal, "write the report")?;
        context.ui.data(&format!("{text}\n"));
    } else {
        context.ui.data(&text(&report, context.ui.data_style()));
    }
    Ok(ExitCode::SUCCESS)
}

async fn look(work: &Work) -> Result<Report> {
    let entries = work.ledger.of(&work.cluster);
    let mut stores = Vec::new();
    for site in &work.sites {
        let mut trusted = false;
        let mut outdated = Vec::new();
        if site.lacking.is_none() {
            if let Some(certificate) = &work.certificate {
                trusted = trust::present(&site.place, certificate).await?;
            }
            for certificate in former(&entries, &site.place, work.certificate.as_ref())? {
                if trust::traces(&site.place, &certificate).await? {
                    outdated.push(certificate.fingerprint);
                }
            }
        }
        stores.push(Stored {
            store: site.store().name(),
            path: site.place.path().to_string_lossy().into_owned(),
            trusted,
            outdated,
            lacking: site.lacking.clone(),
        });
    }
    let authority = work.certificate.as_ref().map(|certificate| Authority {
        subject: certificate.subject.clone(),
        fingerprint: certificate.fingerprint.clone(),
        expires: certificate.expires.to_string(),
        permitted: certificate.permitted.clone(),
    });
    Ok(Report { version: 1, authority, stores, handshake: shake(work).await? })
}

/// What was installed at `place` and is not the authority of now.
fn former(entries: &[Entry], place: &trust::Place, now: Option<&Certificate>) -> Result<Vec<Certificate>> {
    let there = entries.iter().filter(|entry| entry.place == *place);
    let other = there.filter(|entry| now.is_none_or(|now| now.fingerprint != entry.fingerprint));
    other.map(|entry| Certificate::read(entry.pem.as_bytes())).collect()
}

async fn shake(work: &Work) -> Result<Handshake> {
    let host = work.environment.variables.hostname.get_ref().clone();
    let port = work.environment.https_port();
    let pem = work.certificate.as_ref().map(|certificate| certificate.pem.clone());
    let both = tokio::task::spawn_blocking(move || {
        let file = pem.map(|pem| trust::handshake(&host, port, Roots::Only(pem.as_bytes())).is_ok());
        (file, trust::handshake(&host, port, Roots::System))
    });
    let (file, system) = both.await.context(Kind::Internal, "shake hands with the gateway")?;
    let message = |failure: Failure| failure.causes.last().cloned().unwrap_or(failure.message);
    Ok(Handshake { file, system: system.is_ok(), message: system.err().map(message).unwrap_or_default() })
}

fn text(report: &Report, style: Style) -> String {
    let mut text = match &report.authority {
        Some(authority) => format!(
            "{}\n  fingerprint  {}\n  only for     {} and names below\n  until        {}\n",
            style.strong(&authority.subject),
            authority.fingerprint,
            authority.permitted.join(", "),
            authority.expires
        ),
        None => "there is no authority yet: `seasense dev` makes it\n".to_owned(),
    };
    for stored in &report.stores {
        let word = match (&stored.lacking, stored.trusted) {
            (Some(lacking), _) => style.warn(&format!("not asked: {lacking}")),
            (None, true) => style.good("trusted"),
            (None, false) => "not trusted".to_owned(),
        };
        text += &format!("{:6} {}  {word}\n", stored.store, stored.path);
        for fingerprint in &stored.outdated {
            let word = style.warn("a former authority is still trusted");
            text += &format!("       {word}: {fingerprint}; `seasense trust remove` takes it back\n");
        }
    }
    let word = |good: bool| if good { style.good("verified") } else { style.bad("refused") };
    if let Some(file) = report.handshake.file {
        text += &format!("handshake with the gateway, by the authority's file: {}\n", word(file));
    }
    let why = if report.handshake.system { String::new() } else { format!(": {}", report.handshake.message) };
    text + &format!(
        "handshake with the gateway, by the system's store: {}{why}\n",
        word(report.handshake.system)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Report {
        Report {
            version: 1,
            authority: Some(Authority {
                subject: "CN=SeaSense local authority".into(),
                fingerprint: "ab".into(),
                expires: "2027-01-01T00:00:00Z".into(),
                permitted: vec!["seasense.localhost".into()],
            }),
            stores: vec![
                Stored {
                    store: "system",
                    path: "/usr/local/share/ca-certificates".into(),
                    trusted: true,
                    outdated: vec!["cd".into()],
                    lacking: None,
                },
                Stored {
                    store: "nss",
                    path: "/home/a/.pki/nssdb".into(),
                    trusted: false,
                    outdated: Vec::new(),
                    lacking: Some("`certutil` is not on PATH".into()),
                },
            ],
            handshake: Handshake { file: Some(true), system: false, message: "UnknownIssuer".into() },
        }
    }

    #[test]
    fn people_see_places_and_proofs() {
        insta::assert_snapshot!(text(&full(), Style::PLAIN));
    }

    #[test]
    fn the_published_schema_names_every_field_and_no_other() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../../docs/schemas/trust.v1.json")).unwrap();
        let value = serde_json::to_value(full()).unwrap();
        let agree = |schema: &serde_json::Value, value: &serde_json::Value| {
            let names = |value: &serde_json::Value| {
                value.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>()
            };
            assert_eq!(names(&schema["properties"]), names(value));
            assert_eq!(schema["required"].as_array().unwrap().len(), names(value).len());
            assert_eq!(schema["additionalProperties"], false);
        };
        agree(&schema, &value);
        agree(&schema["properties"]["authority"], &value["authority"]);
        agree(&schema["properties"]["stores"]["items"], &value["stores"][0]);
        agree(&schema["properties"]["handshake"], &value["handshake"]);
    }
}
