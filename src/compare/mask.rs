//! Masks the values of secrets in objects before they are compared, so that only their equality is visible.

use std::hash::{BuildHasher, RandomState};

use serde_json::Value;

/// The prefix of a masked value. No manifest can contain this character.
const MARK: char = '\u{0}';
/// The text shown instead of a secret.
pub(super) const SHOWN: &str = "(secret)";

/// Replaces secrets with marks, equal secrets with equal marks. Marks are specific to this run and are never
/// shown.
#[derive(Debug, Clone, Default)]
pub(super) struct Masker {
    keys: RandomState,
}

impl Masker {
    /// Masks the values of a Secret, and everything that SOPS encrypted or added.
    pub(super) fn mask(&self, object: &mut Value) {
        if object["kind"] == "Secret" {
            for group in ["data", "stringData"] {
                let values = object.get_mut(group).and_then(Value::as_object_mut);
                values.into_iter().flatten().for_each(|(_, value)| self.replace(value));
            }
            // `kubectl apply` stores the whole object in this annotation.
            if let Some(annotations) =
                object.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut)
            {
                annotations
                    .iter_mut()
                    .filter(|(key, _)| key.ends_with("last-applied-configuration"))
                    .for_each(|(_, value)| self.replace(value));
            }
        }
        if let Some(notes) = object.get_mut("sops").filter(|notes| notes.is_object()) {
            self.replace(notes);
        }
        self.encrypted(object);
    }

    fn encrypted(&self, value: &mut Value) {
        match value {
            Value::String(text) if text.starts_with("ENC[") => self.replace(value),
            Value::Array(items) => items.iter_mut().for_each(|item| self.encrypted(item)),
            Value::Object(fields) => fields.iter_mut().for_each(|(_, value)| self.encrypted(value)),
            _ => (),
        }
    }

    /// Replaces `value` with its mark.
    pub(super) fn replace(&self, value: &mut Value) {
        if !is_masked(value) {
            *value = Value::String(format!("{MARK}{:x}", self.keys.hash_one(value.to_string())));
        }
    }
}

/// Whether `value` is masked.
pub(super) fn is_masked(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with(MARK))
}

/// Returns `value` for output: every mark becomes the same text.
pub(super) fn shown(value: &Value) -> Value {
    match value {
        value if is_masked(value) => Value::from(SHOWN),
        Value::Array(items) => items.iter().map(shown).collect(),
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), shown(value))).collect(),
        value => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn masked_secrets_only_show_equality() {
        let masker = Masker::default();
        let secret = |key: &str| {
            let mut object =
                json!({"kind": "Secret", "metadata": {"name": "a"}, "stringData": {"key": key, "b": "same"}});
            masker.mask(&mut object);
            object
        };
        let (one, two) = (secret("hunter1"), secret("hunter2"));
        assert_ne!(one["stringData"]["key"], two["stringData"]["key"]);
        assert_eq!(one["stringData"]["b"], two["stringData"]["b"]);
        assert_eq!(shown(&one)["stringData"], json!({"key": SHOWN, "b": SHOWN}));
        assert_eq!(shown(&one)["metadata"], json!({"name": "a"}));
    }

    #[test]
    fn sops_encrypted_values_are_masked_in_every_kind() {
        let mut object = json!({"kind": "ConfigMap", "data": {"a": "ENC[AES256_GCM,data:x]", "b": "plain"},
            "sops": {"mac": "ENC[y]", "age": [{"recipient": "age1x"}]}});
        Masker::default().mask(&mut object);
        assert_eq!(
            shown(&object),
            json!({"kind": "ConfigMap", "data": {"a": SHOWN, "b": "plain"}, "sops": SHOWN})
        );
    }

    proptest! {
        #[test]
        fn no_value_of_a_secret_remains(values in prop::collection::btree_map("[a-z]{1,6}", "[A-Z0-9]{12,20}", 1..6)) {
            let mut object = json!({"kind": "Secret", "metadata": {"name": "n"}, "data": values.clone(), "stringData": values.clone()});
            Masker::default().mask(&mut object);
            let text = object.to_string() + &shown(&object).to_string();
            for value in values.values() {
                prop_assert!(!text.contains(value));
            }
        }
    }
}
