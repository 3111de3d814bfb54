//! Rules for secrets: encrypted with SOPS, for the key of their environment. Pure.

use std::collections::BTreeSet;

use base64::Engine as _;
use serde_json::Value;

use super::{Finding, finding, list, text, unless};

pub(super) fn secret_encrypted(object: &Value) -> Vec<Finding> {
    if object["kind"] != "Secret" {
        return Vec::new();
    }
    let groups = ["data", "stringData"].into_iter();
    let values: Vec<(&String, &Value)> =
        groups.flat_map(|group| object[group].as_object().into_iter().flatten()).collect();
    // Flux decrypts the encrypted files of a secretGenerator; their values are whole SOPS documents.
    if values.is_empty() || values.iter().all(|(_, value)| value.as_str().is_some_and(is_sops_document)) {
        return Vec::new();
    }
    let encrypted = |value: &str| value.starts_with("ENC[AES256_GCM,data:") && value.ends_with(']');
    let plain = values.iter().filter(|(_, value)| !value.as_str().is_some_and(encrypted));
    let mut wrong: Vec<Finding> =
        plain.map(|(key, _)| finding(format!("`{key}` is not encrypted")).near(key)).collect();
    wrong.extend(unless(encrypted(text(object, "/sops/mac")), "the MAC of SOPS is missing"));
    wrong.extend(unless(list(object, "/sops/age").count() > 0, "no key can decrypt it"));
    wrong
        .into_iter()
        .map(|finding| finding.hint("encrypt it: `sops --encrypt --in-place FILE`; see docs/secrets.md"))
        .collect()
}

/// Whether `value` is the encoded text of an encrypted file.
fn is_sops_document(value: &str) -> bool {
    let decoded = base64::engine::general_purpose::STANDARD.decode(value);
    let text = decoded.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    text.contains("ENC[AES256_GCM,data:") && text.contains("sops")
}

/// The public keys that must be able to decrypt the secrets of an environment.
pub(in crate::artifact) type Recipients = BTreeSet<String>;

/// Returns the keys that `.sops.yaml` lists for the secrets of `environment`; `None` without a rule.
pub(in crate::artifact) fn recipients(settings: &Value, environment: &str) -> Option<Recipients> {
    let folder = format!("secrets/{environment}/");
    let rule = list(settings, "/creation_rules").find(|rule| text(rule, "/path_regex").contains(&folder))?;
    Some(text(rule, "/age").split(',').map(|key| key.trim().to_owned()).collect())
}

/// Refuses a secret that the key of its environment cannot decrypt.
pub(in crate::artifact) fn for_environment(
    object: &Value,
    environment: &str,
    expected: Option<&Recipients>,
) -> Vec<Finding> {
    let is_encrypted = object["kind"] == "Secret" && object.get("sops").is_some();
    if !is_encrypted {
        return Vec::new();
    }
    let found: Recipients = list(object, "/sops/age").map(|key| text(key, "/recipient").to_owned()).collect();
    let Some(expected) = expected else {
        let message = format!("`.sops.yaml` has no rule for the secrets of `{environment}`");
        return vec![finding(message).hint("add a rule with the environment's public key: docs/secrets.md")];
    };
    let missing: Vec<&String> = expected.difference(&found).collect();
    let message = format!("it is not encrypted for the key of `{environment}`");
    let found = finding(message).near("recipient:").hint(format!(
        "`.sops.yaml` lists {}: run `sops updatekeys` with a key that can decrypt it",
        expected.iter().cloned().collect::<Vec<_>>().join(", ")
    ));
    if missing.is_empty() { Vec::new() } else { vec![found] }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn secret(recipient: &str) -> Value {
        let value = "ENC[AES256_GCM,data:x,type:str]";
        json!({"kind": "Secret", "stringData": {"k": value}, "sops": {"mac": value, "age": [{"recipient": recipient}]}})
    }

    #[test]
    fn a_secret_for_another_environment_is_refused() {
        let settings = json!({"creation_rules": [{"path_regex": "^gitops/secrets/local/.*", "age": "a,b"}]});
        let keys = recipients(&settings, "local");
        assert_eq!(keys, Some(["a", "b"].map(str::to_owned).into()));
        assert_eq!(recipients(&settings, "staging"), None);
        let one = Some(Recipients::from(["a".to_owned()]));
        assert_eq!(for_environment(&secret("a"), "local", one.as_ref()), []);
        assert_eq!(for_environment(&secret("x"), "local", one.as_ref()).len(), 1);
        assert_eq!(for_environment(&secret("a"), "local", keys.as_ref()).len(), 1, "one of two keys");
        assert_eq!(for_environment(&secret("a"), "staging", None).len(), 1);
    }

    #[test]
    fn generated_secrets_are_encrypted_files() {
        let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let generated = |text: &str| json!({"kind": "Secret", "data": {"k": encode(text)}});
        assert_eq!(secret_encrypted(&generated("{\"data\": \"ENC[AES256_GCM,data:x]\", \"sops\": {}}")), []);
        assert!(!secret_encrypted(&generated("hunter2")).is_empty());
        assert_eq!(secret_encrypted(&json!({"kind": "Secret"})), [], "a secret that a controller fills");
    }
}
