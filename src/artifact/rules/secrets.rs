//! Rules for secrets: encrypted with SOPS, for the key of their environment. Pure.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use serde_json::Value;

use super::{Finding, finding, list, text, unless};

/// The prefix of the keys in which SOPS describes an encrypted dotenv file.
const DOTENV: &str = "sops_";

/// A text that SOPS encrypted as a whole: the field with it, and the public keys that can decrypt it.
struct Document {
    field: &'static str,
    key: String,
    recipients: Recipients,
}

pub(super) fn secret_encrypted(object: &Value) -> Vec<Finding> {
    if object["kind"] != "Secret" {
        return Vec::new();
    }
    // Flux decrypts the encrypted files of a secretGenerator; their values are whole SOPS documents.
    let generated: BTreeSet<String> = documents(object).into_iter().map(|document| document.key).collect();
    let is_dotenv = dotenv(object).is_some();
    let values = ["data", "stringData"].into_iter().flat_map(|group| {
        object[group].as_object().into_iter().flatten().map(move |(key, value)| (group, key, value))
    });
    let is_plain = |key: &String, value: &Value| {
        let value = value.as_str().unwrap_or_default();
        let is_allowed = || {
            key.starts_with(DOTENV) || decoded(value).is_some_and(|own| own.is_empty() || is_encrypted(&own))
        };
        let is_secret = is_encrypted(value) || generated.contains(key) || (is_dotenv && is_allowed());
        !is_secret
    };
    let plain: Vec<(&str, &String)> =
        values.filter(|(_, key, value)| is_plain(key, value)).map(|(group, key, _)| (group, key)).collect();
    let mut wrong = Vec::new();
    if let Some((group, first)) = plain.first() {
        let keys: Vec<String> = plain.iter().map(|(_, key)| format!("`{key}`")).collect();
        let verb = if keys.len() == 1 { "is" } else { "are" };
        wrong.push(
            finding(format!("{} {verb} not encrypted", keys.join(", "))).field(format!("{group}.{first}")),
        );
    }
    let is_whole = object.get("sops").is_some();
    if is_whole {
        wrong.extend(unless(is_encrypted(text(object, "/sops/mac")), "the MAC of SOPS is missing"));
        wrong.extend(unless(list(object, "/sops/age").count() > 0, "no key can decrypt it"));
    }
    wrong
        .into_iter()
        .map(|finding| finding.hint("encrypt it: `sops --encrypt --in-place FILE`; see docs/secrets.md"))
        .collect()
}

fn is_encrypted(value: &str) -> bool {
    value.starts_with("ENC[AES256_GCM,data:") && value.ends_with(']')
}

/// The encrypted texts in the data of a Secret, of every format of SOPS. Each value that is a whole document counts.
fn documents(object: &Value) -> Vec<Document> {
    let data = object["data"].as_object().into_iter().flatten();
    let values = data.filter_map(|(key, value)| Some((key, decoded(value.as_str()?)?)));
    let whole = values.filter(|(_, text)| text.contains("ENC[AES256_GCM,data:") && text.contains("sops"));
    let found = whole.map(|(key, text)| Document {
        field: "data",
        key: key.clone(),
        recipients: recipients_in(&text),
    });
    found.collect()
}

/// The public keys that can decrypt the dotenv file from which the data of a Secret was generated.
fn dotenv(object: &Value) -> Option<Recipients> {
    let data = object["data"].as_object()?;
    data.contains_key("sops_mac").then(|| {
        let keys =
            data.iter().filter(|(key, _)| key.starts_with("sops_age__list_") && key.ends_with("recipient"));
        keys.filter_map(|(_, value)| decoded(value.as_str()?)).collect()
    })
}

/// The public keys in the metadata of SOPS: as JSON, YAML, INI or dotenv.
fn recipients_in(document: &str) -> Recipients {
    let keys = document.split("recipient").skip(1).map(|rest| {
        let key = rest.trim_start_matches(|c: char| c.is_whitespace() || "\"'=:\\".contains(c));
        key.chars().take_while(char::is_ascii_alphanumeric).collect::<String>()
    });
    keys.filter(|key| key.starts_with("age1")).collect()
}

/// The text of a value in `data`. Kustomize folds long values into lines.
fn decoded(value: &str) -> Option<String> {
    let value: String = value.split_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(value).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
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
    let found = encrypted(object);
    if found.is_empty() {
        return Vec::new();
    }
    let (listed, held) = (readers.listed.as_ref(), readers.held.as_ref());
    if listed.is_none() && held.is_none() {
        let message = format!("`.sops.yaml` has no rule for the secrets of `{environment}`");
        return vec![finding(message).hint("add a rule with the environment's public key: docs/secrets.md")];
    }
    let is_readable = |found: &Recipients| {
        listed.is_none_or(|keys| keys.is_subset(found)) && held.is_none_or(|keys| !keys.is_disjoint(found))
    };
    let keys: Vec<&str> = listed.or(held).into_iter().flatten().map(String::as_str).collect();
    let wrong = found.iter().filter(|(_, recipients)| !is_readable(recipients));
    wrong
        .map(|(field, _)| {
            let what = field.strip_prefix("data.").map_or_else(|| "it".to_owned(), |key| format!("`{key}`"));
            let message = format!("{what} is not encrypted for the key of `{environment}`");
            finding(message).field(field.as_str()).hint(format!(
                "its keys are {}: run `sops updatekeys` with a key that can decrypt it",
                keys.join(", ")
            ))
        })
        .collect()
}

/// Every encrypted part of a Secret: its field, and the public keys that can decrypt it.
fn encrypted(object: &Value) -> BTreeMap<String, Recipients> {
    let mut found = BTreeMap::new();
    if object["kind"] != "Secret" {
        return found;
    }
    if object.get("sops").is_some() {
        let own = list(object, "/sops/age").map(|key| text(key, "/recipient").to_owned()).collect();
        found.insert("sops.age[0].recipient".to_owned(), own);
    }
    found.extend(dotenv(object).map(|recipients| ("data".to_owned(), recipients)));
    let documents = documents(object).into_iter();
    found.extend(
        documents.map(|document| (format!("{}.{}", document.field, document.key), document.recipients)),
    );
    found
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

    fn encode(text: &str) -> String {
        base64::engine::general_purpose::STANDARD.encode(text)
    }

    #[test]
    fn generated_secrets_are_encrypted_files() {
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

    #[test]
    fn a_plain_secret_is_one_problem() {
        let found = secret_encrypted(&json!({"kind": "Secret", "stringData": {"a": "x", "b": "y"}}));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "`a`, `b` are not encrypted");
    }

    /// The Secret that kustomize generates from an encrypted dotenv file.
    fn from_dotenv(recipient: &str, more: &[(&str, &str)]) -> Value {
        let value = "ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]";
        let metadata =
            [("sops_mac", value), ("sops_age__list_0__map_recipient", recipient), ("sops_version", "3.9")];
        let all =
            [("password", value), ("empty", "")].into_iter().chain(metadata).chain(more.iter().copied());
        let data: serde_json::Map<String, Value> =
            all.map(|(key, value)| (key.to_owned(), encode(value).into())).collect();
        json!({"kind": "Secret", "data": data})
    }

    #[test]
    fn encrypted_dotenv_files_are_accepted() {
        assert_eq!(secret_encrypted(&from_dotenv("age1x", &[])), []);
        let plain = secret_encrypted(&from_dotenv("age1x", &[("token", "hunter2")]));
        assert_eq!(plain[0].message, "`token` is not encrypted");
    }

    #[test]
    fn every_format_is_judged_by_its_keys() {
        let value = "ENC[AES256_GCM,data:x,type:str]";
        let formats = [
            format!(
                "{{\"data\": \"{value}\", \"sops\": {{\"age\": [{{\"recipient\": \"age1a\", \"enc\": \"x\"}}]}}}}"
            ),
            format!(
                "k: {value}\nsops:\n    age:\n        - recipient: age1a\n          enc: |\n            x\n"
            ),
            format!("[s]\nk = {value}\n\n[sops]\nage__list_0__map_recipient = age1a\n"),
            format!("K={value}\nsops_age__list_0__map_recipient=age1a\nsops_mac=x\n"),
        ];
        let readers = |key: &str| Readers { listed: None, held: Some(Recipients::from([key.to_owned()])) };
        for text in formats {
            let object = json!({"kind": "Secret", "data": {"k": encode(&text)}});
            assert_eq!(for_environment(&object, "local", &readers("age1a")), [], "{text}");
            let other = for_environment(&object, "local", &readers("age1b"));
            assert_eq!(other[0].message, "`k` is not encrypted for the key of `local`", "{text}");
        }
        let object = from_dotenv("age1a", &[]);
        assert_eq!(for_environment(&object, "local", &readers("age1a")), []);
        assert_eq!(for_environment(&object, "local", &readers("age1b")).len(), 1);
    }
}
