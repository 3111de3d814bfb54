//! Expands `{NAME}` in `infra/images.toml` to the version of part NAME, so that each version is written once.
//! `{arch}` and `{os}` stay: the platform is known only when something is built.

use super::Versions;
use crate::{
    base::failure::Result,
    config::{nearest, settings_file::SettingsFile},
};

/// The names that a platform fills in.
const OF_PLATFORM: [&str; 2] = ["arch", "os"];

/// Replaces names by versions; an unknown name is rejected.
pub(super) fn expand(document: SettingsFile, versions: &Versions) -> Result<SettingsFile> {
    let text = document.text();
    let mut expanded = String::with_capacity(text.len());
    let mut rest = 0;
    for (start, name) in names(text).filter(|(_, name)| !OF_PLATFORM.contains(name)) {
        let Some(version) = versions.version(name) else {
            let failure = document.invalid_at(start, format!("`infra/versions.toml` has no part `{name}`"));
            return Err(match nearest(name, versions.parts.keys().map(String::as_str)) {
                Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
                None => failure,
            });
        };
        expanded.push_str(&text[rest..start]);
        expanded.push_str(version);
        rest = start + name.len() + 2;
    }
    expanded.push_str(&text[rest..]);
    Ok(document.with_text(expanded))
}

/// The `{name}`s of a text with the offset of their brace. Tables and code contain blanks or capitals and do
/// not match.
fn names(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.match_indices('{').filter_map(move |(start, _)| {
        let inside = &text[start + 1..];
        let end = inside.find(|c: char| !allowed(c))?;
        (end > 0 && inside[end..].starts_with('}')).then(|| (start, &inside[..end]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_code_are_not_names() {
        let text = r#"a = { b = 1 } # {} {x-1} {A} "{go}" {"k": {}}"#;
        let found: Vec<&str> = names(text).map(|(_, name)| name).collect();
        assert_eq!(found, ["x-1", "go"]);
    }
}
