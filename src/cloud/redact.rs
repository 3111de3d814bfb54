//! Removes keys and tokens from the output of child programs before it is shown; pure.

/// The replacement of a secret.
const REDACTED: &str = "***";
/// Shorter values are common words; replacing them would destroy texts and hide nothing.
const SHORTEST: usize = 6;
/// The word after one of these is always a secret.
const PREFIXES: [&str; 6] =
    ["X-Auth-Token: ", "x-auth-token: ", "Bearer ", "AGE-SECRET-KEY-", "client-key-data: ", "token: "];

/// `text` without the values of `secrets` and without values that look like secrets.
pub fn redact(text: &str, secrets: &[&str]) -> String {
    let mut clean = text.to_owned();
    for secret in secrets.iter().filter(|secret| secret.len() >= SHORTEST) {
        clean = clean.replace(secret, REDACTED);
    }
    PREFIXES.iter().fold(clean, |text, prefix| redact_after(&text, prefix))
}

fn redact_after(text: &str, prefix: &str) -> String {
    let mut parts = text.split(prefix);
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end =
            part.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',')).unwrap_or(part.len());
        clean += prefix;
        clean += if end == 0 { "" } else { REDACTED };
        clean += &part[end..];
    }
    clean
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_that_look_like_secrets_are_redacted() {
        let text = "PATCH\nX-Auth-Token: 5f-4e\nAuthorization: Bearer abc.def, more\ntoken: xyz";
        assert_eq!(
            redact(text, &[]),
            "PATCH\nX-Auth-Token: ***\nAuthorization: Bearer ***, more\ntoken: ***"
        );
    }

    #[test]
    fn short_words_are_kept() {
        assert_eq!(redact("a plan of 3 to add", &["a", "plan"]), "a plan of 3 to add");
    }

    proptest! {
        #[test]
        fn every_named_secret_is_redacted(before in "[a-z ]{0,20}", secret in "[A-Z0-9]{6,40}", after in "[a-z ]{0,20}") {
            let clean = redact(&format!("{before}{secret}{after}{secret}"), &[&secret]);
            prop_assert!(!clean.contains(&secret), "{clean}");
            prop_assert!(clean.starts_with(&before));
        }
    }
}
