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
    // Kustomize folds long values into lines.
    let value: String = value.split_whitespace().collect();
    let decoded = base64::engine::general_purpose::STANDARD.decode(value);
    let text = decoded.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    text.contains("ENC[AES256_GCM,data:") && text.contains("sops")
}

/// Public keys.
pub(in crate::artifact) type Recipients = BTreeSet<String>;

/// Who must be able to decrypt the secrets of an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::artifact) struct Readers {
    /// The keys that `.sops.yaml` lists: each must be able to.
    pub listed: Option<Recipients>,
    /// The keys that the environment has in the checkout: one must be able to.
    pub held: Option<Recipients>,
}

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
    readers: &Readers,
) -> Vec<Finding> {
    let is_encrypted = object["kind"] == "Secret" && object.get("sops").is_some();
    if !is_encrypted {
        return Vec::new();
    }
    let found: Recipients = list(object, "/sops/age").map(|key| text(key, "/recipient").to_owned()).collect();
    let (listed, held) = (readers.listed.as_ref(), readers.held.as_ref());
    if listed.is_none() && held.is_none() {
        let message = format!("`.sops.yaml` has no rule for the secrets of `{environment}`");
        return vec![finding(message).hint("add a rule with the environment's public key: docs/secrets.md")];
    }
    let is_readable =
        listed.is_none_or(|keys| keys.is_subset(&found)) && held.is_none_or(|keys| !keys.is_disjoint(&found));
    if is_readable {
        return Vec::new();
    }
    let keys: Vec<&str> = listed.or(held).into_iter().flatten().map(String::as_str).collect();
    let message = format!("it is not encrypted for the key of `{environment}`");
    vec![finding(message).near("recipient:").hint(format!(
        "its keys are {}: run `sops updatekeys` with a key that can decrypt it",
        keys.join(", ")
    ))]
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
        let count = |key: &str, listed: Option<&Recipients>, held: Option<&Recipients>| {
            let readers = Readers { listed: listed.cloned(), held: held.cloned() };
            for_environment(&secret(key), "local", &readers).len()
        };
        let one = Recipients::from(["a".to_owned()]);
        assert_eq!(count("a", Some(&one), None), 0);
        assert_eq!(count("x", Some(&one), None), 1);
        assert_eq!(count("a", keys.as_ref(), None), 1, "one of two listed keys");
        assert_eq!(count("a", None, keys.as_ref()), 0, "one of two held keys");
        assert_eq!(count("x", None, keys.as_ref()), 1);
        assert_eq!(count("a", Some(&one), Some(&Recipients::from(["b".to_owned()]))), 1);
        assert_eq!(count("a", None, None), 1);
    }

    #[test]
    fn generated_secrets_are_encrypted_files() {
        let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let generated = |text: &str| json!({"kind": "Secret", "data": {"k": encode(text)}});
        let encrypted = generated("{\"data\": \"ENC[AES256_GCM,data:x]\", \"sops\": {}}");
        assert_eq!(secret_encrypted(&encrypted), []);
        let mut folded = encrypted;
        let value = folded["data"]["k"].as_str().unwrap().to_owned();
        folded["data"]["k"] = format!("{}\n{}\n", &value[..20], &value[20..]).into();
        assert_eq!(secret_encrypted(&folded), []);
        assert!(!secret_encrypted(&generated("hunter2")).is_empty());
        assert_eq!(secret_encrypted(&json!({"kind": "Secret"})), [], "a secret that a controller fills");
    }
}
