//! `envs/differences.toml`: the reviewed list of variables that may differ between environments.

use std::{collections::BTreeSet, path::PathBuf};

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::{
    base::failure::{Failure, Location, Result},
    config::{EnvName, Project, SettingsFile, Variables, nearest},
};

/// The path of the list in the project.
pub const FILE: &str = "envs/differences.toml";

/// The list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Its entries, in the order of the file.
    pub differences: Vec<Difference>,
}

/// One variable that may differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The variable.
    pub variable: String,
    /// The environments between which it may differ; empty means all.
    pub between: BTreeSet<String>,
    /// Why it may differ.
    pub reason: String,
    /// The date of the review.
    pub reviewed: jiff::civil::Date,
    /// The location of the entry.
    #[serde(skip)]
    pub location: Location,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    allowed: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    variable: Spanned<String>,
    between: Spanned<Between>,
    reason: Spanned<String>,
    reviewed: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Between {
    All(String),
    These(Vec<String>),
}

impl Difference {
    /// Whether it applies to the environments `a` and `b`.
    pub fn covers(&self, a: &EnvName, b: &EnvName) -> bool {
        self.between.is_empty() || (self.between.contains(a.as_str()) && self.between.contains(b.as_str()))
    }
}

impl Allowed {
    /// Reads the list of `project`. Without the file no differences are allowed.
    pub fn load(project: &Project) -> Result<Self> {
        if !project.root().join(FILE).exists() {
            return Ok(Self::default());
        }
        Self::read(&SettingsFile::open(project, PathBuf::from(FILE))?)
    }

    /// Parses the list. Errors have kind `Environment`, and the line and column.
    pub fn parse(text: &str) -> Result<Self> {
        Self::read(&SettingsFile::of(FILE.as_ref(), text))
    }

    fn read(document: &SettingsFile) -> Result<Self> {
        let file: File = document.parse()?;
        let mut seen: BTreeSet<(String, BTreeSet<String>)> = BTreeSet::new();
        let mut differences = Vec::new();
        for entry in file.allowed {
            let difference = difference(document, &entry)?;
            if !seen.insert((difference.variable.clone(), difference.between.clone())) {
                let message = format!("`{}` is listed twice for the same environments", difference.variable);
                return Err(document.invalid(&entry.variable, message));
            }
            differences.push(difference);
        }
        Ok(Self { differences })
    }
}

fn difference(document: &SettingsFile, entry: &Entry) -> Result<Difference> {
    let variable = entry.variable.get_ref();
    if !Variables::NAMES.contains(&variable.as_str()) {
        let failure = document.invalid(&entry.variable, format!("there is no variable `{variable}`"));
        return Err(match nearest(variable, Variables::NAMES) {
            Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
            None => failure.hint(format!("the variables are {}", Variables::NAMES.join(", "))),
        });
    }
    let between: BTreeSet<String> = match entry.between.get_ref() {
        Between::All(star) if star == "*" => BTreeSet::new(),
        Between::These(names) if names.len() >= 2 => names.iter().cloned().collect(),
        _ => {
            return Err(document.invalid(
                &entry.between,
                "`between` must be `\"*\"` or a list of two environments or more".to_owned(),
            ));
        }
    };
    if entry.reason.get_ref().trim().is_empty() {
        return Err(document.invalid(&entry.reason, "a difference needs its reason".to_owned()));
    }
    let reviewed = entry.reviewed.get_ref().parse().map_err(|_| -> Failure {
        let message =
            format!("invalid date `{}`, expected for example `2026-11-24`", entry.reviewed.get_ref());
        document.invalid(&entry.reviewed, message)
    })?;
    let location = document.invalid(&entry.variable, String::new()).location;
    Ok(Difference {
        variable: variable.clone(),
        between,
        reason: entry.reason.get_ref().clone(),
        reviewed,
        location: location.unwrap_or(Location { file: FILE.into(), position: None }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "[[allowed]]\nvariable = \"ISSUER\"\nbetween = \"*\"\nreason = \"no ACME here\"\nreviewed = \"2026-11-24\"\n";

    #[test]
    fn an_entry_covers_the_environments_it_names() {
        let all = Allowed::parse(ISSUER).unwrap().differences.remove(0);
        assert!(all.covers(&"local".into(), &"production".into()));
        assert_eq!(all.location.to_string(), "envs/differences.toml:2:12");
        assert_eq!(all.reviewed.year(), 2026);
        let two = ISSUER.replace("\"*\"", "[\"local\", \"staging\"]");
        let two = Allowed::parse(&two).unwrap().differences.remove(0);
        assert!(
            two.covers(&"staging".into(), &"local".into())
                && !two.covers(&"staging".into(), &"production".into())
        );
    }

    #[test]
    fn errors_in_the_list_name_their_location() {
        for (from, to, position, message) in [
            ("ISSUER", "ISUER", "2:12", "there is no variable `ISUER`"),
            ("\"*\"", "[\"local\"]", "3:11", "`between` must be"),
            ("\"*\"", "\"all\"", "3:11", "`between` must be"),
            ("no ACME here", " ", "4:10", "a difference needs its reason"),
            ("2026-11-24", "yesterday", "5:12", "invalid date `yesterday`"),
            ("reviewed", "reviewer", "5:1", "unknown field `reviewer`"),
        ] {
            let failure = Allowed::parse(&ISSUER.replacen(from, to, 1)).unwrap_err();
            assert_eq!(failure.kind, crate::base::failure::Kind::Environment);
            assert!(failure.message.starts_with(message), "{failure}");
            assert_eq!(failure.location.unwrap().to_string(), format!("envs/differences.toml:{position}"));
        }
        let twice = Allowed::parse(&format!("{ISSUER}{ISSUER}")).unwrap_err();
        assert!(twice.message.contains("twice"), "{twice}");
    }
}
