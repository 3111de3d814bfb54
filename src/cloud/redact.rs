//! Keeps keys and tokens out of everything that a child program wrote and a person may see; pure.

/// What stands in the place of a secret.
const GONE: &str = "***";
/// Shorter values are words: cutting them out would tear texts to pieces and hide nothing.
const SHORTEST: usize = 6;
/// What follows one of these, up to the end of the word, is a secret whatever it is.
const MARKS: [&str; 6] =
    ["X-Auth-Token: ", "x-auth-token: ", "Bearer ", "AGE-SECRET-KEY-", "client-key-data: ", "token: "];

/// `text` without the values of `secrets` and without what looks like one.
pub fn redact(text: &str, secrets: &[&str]) -> String {
    let mut clean = text.to_owned();
    for secret in secrets.iter().filter(|secret| secret.len() >= SHORTEST) {
        clean = clean.replace(secret, GONE);
    }
    MARKS.iter().fold(clean, |text, mark| after(&text, mark))
}

fn after(text: &str, mark: &str) -> String {
    let mut parts = text.split(mark);
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end =
            part.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',')).unwrap_or(part.len());
        clean += mark;
        clean += if end == 0 { "" } else { GONE };
        clean += &part[end..];
    }
    clean
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_looks_like_a_secret_goes_although_nobody_named_it() {
        let text = "PATCH\nX-Auth-Token: 5f-4e\nAuthorization: Bearer abc.def, more\ntoken: xyz";
        assert_eq!(
            redact(text, &[]),
            "PATCH\nX-Auth-Token: ***\nAuthorization: Bearer ***, more\ntoken: ***"
        );
    }

    #[test]
    fn words_stay() {
        assert_eq!(redact("a plan of 3 to add", &["a", "plan"]), "a plan of 3 to add");
    }

    proptest! {
        #[test]
        fn no_named_secret_survives(before in "[a-z ]{0,20}", secret in "[A-Z0-9]{6,40}", after in "[a-z ]{0,20}") {
            let clean = redact(&format!("{before}{secret}{after}{secret}"), &[&secret]);
            prop_assert!(!clean.contains(&secret), "{clean}");
            prop_assert!(clean.starts_with(&before));
        }
    }
}
