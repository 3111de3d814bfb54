//! Reads a settings file; failures contain the line, the column and the nearest valid name.

use std::path::PathBuf;

use serde::de::DeserializeOwned;
use toml::Spanned;

use super::{Project, text_of};
use crate::base::failure::{Failure, Kind, Location, Result};

/// A settings file with its text, for failures with a location.
#[derive(Debug)]
pub struct SettingsFile {
    file: PathBuf,
    text: String,
}

impl SettingsFile {
    /// Opens `file`, given relative to the project's root.
    pub fn open(project: &Project, file: PathBuf) -> Result<Self> {
        let content = std::fs::read(project.root().join(&file)).map_err(|error| {
            let failure = Failure::new(Kind::Environment, format!("cannot read `{}`", file.display()));
            match error.kind() {
                std::io::ErrorKind::NotFound => known_files(project, &file, failure),
                _ => failure.caused_by(&error),
            }
        })?;
        let text = text_of(&file, content)?;
        Ok(Self { file, text })
    }

    /// A settings file whose text does not come from the project's directory.
    pub fn of(file: &std::path::Path, text: &str) -> Self {
        Self { file: file.to_owned(), text: text.to_owned() }
    }

    /// Parses the text into `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        text_of(&self.file, self.text.clone().into_bytes())?;
        toml::from_str(&self.text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let message = error.message().lines().next().unwrap_or_default().to_owned();
            let failure = Failure::new(Kind::Environment, message.clone()).at(self.location(offset));
            match suggestion(&message) {
                Some(name) => failure.hint(format!("the nearest known name is `{name}`")),
                None => failure,
            }
        })
    }

    /// Returns a failure with the location of `value`.
    pub fn invalid<T>(&self, value: &Spanned<T>, message: String) -> Failure {
        Failure::new(Kind::Environment, message).at(self.location(value.span().start))
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same file with other text, after variables were expanded; the line numbers must not change.
    #[must_use]
    pub fn with_text(self, text: String) -> Self {
        Self { text, ..self }
    }

    /// Returns a failure with the location of byte `offset`.
    pub fn invalid_at(&self, offset: usize, message: String) -> Failure {
        Failure::new(Kind::Environment, message).at(self.location(offset))
    }

    /// Rejects a number outside `low..=high`.
    pub fn in_range<T>(&self, name: &str, value: &Spanned<T>, low: u64, high: u64) -> Result<()>
    where
        T: Copy + Into<u64>,
    {
        let number: u64 = (*value.get_ref()).into();
        if (low..=high).contains(&number) {
            return Ok(());
        }
        Err(self.invalid(value, format!("`{name}` must be {low} to {high}, not {number}")))
    }

    fn location(&self, offset: usize) -> Location {
        Location::at_offset(&self.file, &self.text, offset)
    }
}

/// Reads `file`, relative to the project's root, into `T`.
pub fn read_toml<T: DeserializeOwned>(project: &Project, file: &str) -> Result<T> {
    SettingsFile::open(project, PathBuf::from(file))?.parse()
}

/// Returns the most similar name of `known`, if any is similar enough.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// Returns the nearest name for a message like "unknown field `x`, expected one of `a`, `b`".
fn suggestion(message: &str) -> Option<&str> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = message.starts_with("unknown").then(|| quoted.next())??;
    nearest(unknown, quoted)
}

fn known_files(project: &Project, file: &std::path::Path, failure: Failure) -> Failure {
    let folder = file.parent().unwrap_or(file);
    let stems = super::names_in(&project.root().join(folder));
    failure.because("the file does not exist").hint(format!(
        "`{}` contains: {}",
        folder.display(),
        stems.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_name_is_found_in_a_message() {
        let message = "unknown field `htps`, expected `https` or `registry`";
        assert_eq!(suggestion(message), Some("https"));
        assert_eq!(suggestion("unknown field `zzz`, expected `https`"), None);
        assert_eq!(suggestion("missing field `https`"), None);
    }
}
