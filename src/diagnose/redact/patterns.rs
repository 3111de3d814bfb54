//! Finds texts that look like secrets, for values that are not known.

use super::{MARK, Span};

/// Suffixes of names whose values are secret.
const NAMES: [&str; 18] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "secret_key",
    "secret-key",
    "token",
    "api_key",
    "api-key",
    "apikey",
    "access_key",
    "access-key",
    "private_key",
    "private-key",
    "key-data",
    "credential",
    "credentials",
];

/// Returns everything in `text` that looks like a secret.
pub(super) fn spans(text: &str) -> Vec<Span> {
    // ASCII lowercase keeps all byte positions.
    let lower = text.to_ascii_lowercase();
    let mut spans = private_keys(&lower);
    spans.extend(prefixed(&lower, "age-secret-key-1", 0, |c| c.is_ascii_alphanumeric()));
    spans.extend(web_tokens(text));
    spans.extend(prefixed(&lower, "bearer ", 8, is_token));
    spans.extend(prefixed(&lower, "basic ", 8, is_token).filter(|span| is_code(&text[span.clone()])));
    spans.extend(passwords_in_urls(text));
    spans.extend(NAMES.iter().flat_map(|name| assigned(&lower, name)));
    spans.retain(|span| !text[span.clone()].starts_with(MARK));
    spans
}

const fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '~' | '+' | '/' | '=' | '-')
}

/// Whether a word looks encoded rather than like English.
fn is_code(word: &str) -> bool {
    word.chars().skip(1).any(|c| c.is_ascii_digit() || c.is_ascii_uppercase() || c == '=')
}

fn private_keys(lower: &str) -> Vec<Span> {
    let key = |(at, _): (usize, &str)| {
        let label = &lower[at..];
        let head = label[11..]
            .find("-----")
            .map(|end| 11 + end)
            .filter(|end| label[..*end].ends_with("private key"))?;
        let end = label[head..].find("-----end ").map_or(label.len(), |end| {
            let end = head + end + 9;
            label[end..].find("-----").map_or(label.len(), |tail| end + tail + 5)
        });
        Some(at..at + end)
    };
    lower.match_indices("-----begin ").filter_map(key).collect()
}

/// Finds values of at least `shortest` characters after `prefix`. With `shortest` 0 the prefix is part of the
/// secret.
fn prefixed<'a>(
    lower: &'a str,
    prefix: &'a str,
    shortest: usize,
    is_part: impl Fn(char) -> bool + Copy + 'a,
) -> impl Iterator<Item = Span> + 'a {
    lower.match_indices(prefix).filter_map(move |(at, _)| {
        let start = at + prefix.len();
        let length = lower[start..].find(|c| !is_part(c)).unwrap_or(lower.len() - start);
        (length >= shortest.max(1))
            .then(|| if shortest == 0 { at..start + length } else { start..start + length })
    })
}

/// Finds JSON web tokens: three parts, the first of which is a base64-encoded object.
fn web_tokens(text: &str) -> impl Iterator<Item = Span> {
    text.match_indices("eyJ").filter_map(|(at, _)| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=');
        let length = text[at..].find(|c| !is_part(c)).unwrap_or(text.len() - at);
        let parts: Vec<&str> = text[at..at + length].split('.').collect();
        (parts.len() >= 3 && parts[0].len() >= 10 && parts[1].len() >= 4).then(|| at..at + length)
    })
}

/// Finds the password in `scheme://user:password@host`.
fn passwords_in_urls(text: &str) -> impl Iterator<Item = Span> {
    text.match_indices("://").filter_map(|(at, _)| {
        let start = at + 3;
        let ends =
            |c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '`' | '\\' | '?' | '#' | '<' | '>');
        let length = text[start..].find(ends).unwrap_or(text.len() - start);
        let user = &text[start..start + text[start..start + length].rfind('@')?];
        let colon = user.find(':')?;
        (colon + 1 < user.len()).then(|| start + colon + 1..start + user.len())
    })
}

/// Finds the values of names that end in `name`: `name=value`, `"name": "value"`, `--name value`.
fn assigned<'a>(lower: &'a str, name: &'a str) -> impl Iterator<Item = Span> + 'a {
    lower.match_indices(name).filter_map(move |(at, _)| {
        let rest = &lower[at + name.len()..];
        let after = rest.trim_start_matches(['"', '\'', '\\']);
        let sign = after.trim_start_matches(' ');
        let value = match sign.chars().next()? {
            '=' | ':' => sign[1..].trim_start_matches(['=', ' ']),
            _ if sign.len() < after.len() && is_option(&lower[..at]) => sign,
            _ => return None,
        };
        let quoted = value.trim_start_matches('\\');
        let quote = quoted.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, length) = match quote {
            Some(quote) => (&quoted[1..], end_of_quoted(&quoted[1..], quote, quoted.len() < value.len())),
            None => (value, value.find(ends_plain).unwrap_or(value.len())),
        };
        let start = lower.len() - value.len();
        (length > 0 && !value.starts_with(['{', '['])).then(|| start..start + length)
    })
}

/// Whether `before` ends in the start of a command-line option.
fn is_option(before: &str) -> bool {
    let word = before.rsplit(|c: char| c.is_whitespace()).next().unwrap_or_default();
    word.starts_with("--")
}

/// Returns the length of a quoted value. An escaped quote only ends a value whose opening quote was escaped.
fn end_of_quoted(value: &str, quote: char, escaped: bool) -> usize {
    let mut slashes = 0;
    for (at, c) in value.char_indices() {
        match c {
            '\\' => slashes += 1,
            c if c == quote && (escaped || slashes % 2 == 0) => {
                return at - if escaped { slashes } else { 0 };
            }
            _ => slashes = 0,
        }
    }
    value.len()
}

fn ends_plain(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '&' | '"' | '\'' | '`' | ')' | '}' | ']')
}
