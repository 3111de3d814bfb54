//! `seasense trust status`: shows which stores trust the environment's CA.

use std::process::ExitCode;

use super::super::Context;
use crate::{
    base::failure::{Context as _, Kind, Result},
    local::trust::{TrustSession, TrustStatus},
    ui::Style,
};

/// Prints the trust status. The exit code is 0 even if nothing is trusted.
pub async fn run(context: &Context<'_>, session: &TrustSession, json: bool) -> Result<ExitCode> {
    let status = session.status().await?;
    if json {
        let text =
            serde_json::to_string_pretty(&status).context(Kind::Internal, "cannot encode the status")?;
        context.ui.data(&format!("{text}\n"));
    } else {
        context.ui.data(&text(&status, context.ui.data_style()));
    }
    Ok(ExitCode::SUCCESS)
}

fn text(status: &TrustStatus, style: Style) -> String {
    let mut text = match &status.authority {
        Some(authority) => format!(
            "{}\n  fingerprint  {}\n  only for     {} and subdomains\n  until        {}\n",
            style.strong(&authority.subject),
            authority.fingerprint,
            authority.permitted.join(", "),
            authority.expires
        ),
        None => "no certificate authority yet: run `seasense dev` to create it\n".to_owned(),
    };
    for store in &status.stores {
        let state = match (&store.missing, store.trusted) {
            (Some(missing), _) => style.warn(&format!("not inspected: {missing}")),
            (None, true) => style.good("trusted"),
            (None, false) => "not trusted".to_owned(),
        };
        text += &format!("{:6} {}  {state}\n", store.store, store.path);
        for fingerprint in &store.outdated {
            let warning = style.warn("a former certificate authority is still trusted");
            text += &format!("       {warning}: {fingerprint}; run `seasense trust remove`\n");
        }
    }
    let result = |verified: bool| if verified { style.good("verified") } else { style.bad("refused") };
    let handshake = &status.handshake;
    if let Some(file) = handshake.file {
        text += &format!("gateway certificate, with `ca.crt`: {}\n", result(file));
    }
    let cause = if handshake.system { String::new() } else { format!(": {}", handshake.message) };
    text + &format!(
        "gateway certificate, with the system's trust store: {}{cause}\n",
        result(handshake.system)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::trust::{AuthorityStatus, GatewayStatus, StoreStatus};

    fn full() -> TrustStatus {
        TrustStatus {
            version: 2,
            authority: Some(AuthorityStatus {
                subject: "CN=SeaSense local authority".into(),
                fingerprint: "ab".into(),
                expires: "2027-01-01T00:00:00Z".into(),
                permitted: vec!["seasense.localhost".into()],
            }),
            stores: vec![
                StoreStatus {
                    store: "system",
                    path: "/usr/local/share/ca-certificates".into(),
                    trusted: true,
                    outdated: vec!["cd".into()],
                    missing: None,
                },
                StoreStatus {
                    store: "nss",
                    path: "/home/a/.pki/nssdb".into(),
                    trusted: false,
                    outdated: Vec::new(),
                    missing: Some("`certutil` is not on PATH".into()),
                },
            ],
            handshake: GatewayStatus { file: Some(true), system: false, message: "UnknownIssuer".into() },
        }
    }

    #[test]
    fn status_lists_stores_and_handshakes() {
        insta::assert_snapshot!(text(&full(), Style::PLAIN));
    }

    #[test]
    fn published_schema_names_every_field_and_no_other() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../../docs/schemas/trust.v2.json")).unwrap();
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
