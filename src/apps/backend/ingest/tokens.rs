//! Makes broken tokens of a JSON text readable, so that they spoil their own reading only. Pure.

/// Returns the text with every token that is no JSON (`NaN`, `MM`, `+1.5`, `01`) as a string, and with escaped
/// control characters in strings. The structure of the text does not change.
pub fn quoted(text: &str) -> String {
    let mut output = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string(rest, &mut output),
            _ if is_structure(first) => {
                output.push(first);
                first.len_utf8()
            }
            _ => token(rest, &mut output),
        };
        rest = &rest[length..];
    }
    output
}

fn is_structure(character: char) -> bool {
    matches!(character, '{' | '}' | '[' | ']' | ':' | ',' | ' ' | '\t' | '\n' | '\r')
}

/// Copies one token, in quotes if it is no JSON; returns its length.
fn token(text: &str, output: &mut String) -> usize {
    let end = text.find(|character| is_structure(character) || character == '"').unwrap_or(text.len());
    let token = &text[..end];
    if serde_json::from_str::<serde::de::IgnoredAny>(token).is_ok() {
        output.push_str(token);
    } else {
        output.push_str(&serde_json::Value::from(token).to_string());
    }
    end
}

/// Copies one string; returns its length.
fn string(text: &str, output: &mut String) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    output.push('"');
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => {
                output.push('"');
                return at + 1;
            }
            '\\' => {
                if let Some((_, escaped)) = characters.next_if(|(_, next)| "\"\\/bfnrtu".contains(*next)) {
                    output.extend(['\\', escaped]);
                } else {
                    // An unknown escape is the two characters themselves.
                    output.push_str("\\\\");
                }
            }
            control if control < ' ' => output.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => output.push(other),
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tokens_that_are_no_json_become_strings() {
        for (token, expected) in [
            ("NaN", "\"NaN\""),
            ("-Infinity", "\"-Infinity\""),
            ("MM", "\"MM\""),
            ("+1.5", "\"+1.5\""),
            ("01", "\"01\""),
            ("1.", "\"1.\""),
            ("'a'", "\"'a'\""),
            ("a\\b", "\"a\\\\b\""),
            ("-1.5e3", "-1.5e3"),
            ("null", "null"),
        ] {
            assert_eq!(
                quoted(&format!("{{\"a\": {token}, \"b\":[{token}]}}")),
                format!("{{\"a\": {expected}, \"b\":[{expected}]}}")
            );
        }
    }

    #[test]
    fn strings_keep_their_text() {
        assert_eq!(quoted(r#"["NaN, {\"x\": MM}\\", "é\u00e9"]"#), r#"["NaN, {\"x\": MM}\\", "é\u00e9"]"#);
        assert_eq!(quoted("[\"a\nb\\q\"]"), "[\"a\\u000ab\\\\q\"]");
        assert_eq!(quoted("[\"\\\n\"]"), "[\"\\\\\\u000a\"]");
        assert_eq!(quoted("[\"open"), "[\"open");
        assert_eq!(quoted("\"end\\"), "\"end\\\\");
    }

    proptest! {
        #[test]
        fn any_text_is_accepted_and_the_result_is_stable(text in "[\\PC\\n\"\\\\{}:,NaM0-9]{0,40}") {
            let once = quoted(&text);
            prop_assert_eq!(quoted(&once), once);
        }

        #[test]
        fn valid_json_is_unchanged(numbers in proptest::collection::vec(any::<f64>(), 0..5), name in "\\PC{0,9}") {
            let json = serde_json::json!({ name: numbers, "other": [null, true, "NaN"] }).to_string();
            prop_assert_eq!(quoted(&json), json);
        }
    }
}
