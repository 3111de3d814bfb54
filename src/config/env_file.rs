//! An environment file of any version of seasense: its variables and their locations.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    EnvName, Environment, Gateway, Project, Variables, is_plain, settings_file::SettingsFile, text_of,
};
use crate::base::failure::{Failure, Kind, Location, Result};

/// The variables of one environment file, with the location of each.
///
/// Unlike [`Environment`] it accepts unknown and missing keys, so that it can read the file of an earlier
/// commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvFile {
    /// The environment's name.
    pub name: EnvName,
    /// The file, relative to the project.
    pub file: PathBuf,
    /// The data of the ConfigMap `environment`.
    pub variables: BTreeMap<String, String>,
    /// The location of each variable in the file.
    pub locations: BTreeMap<String, Location>,
}

/// Variables whose key has another name: variable, table and key.
const ELSEWHERE: [(&str, &str, &str); 5] = [
    ("ENVIRONMENT", "", "name"),
    ("HTTPS_PORT", "ports", "https"),
    ("BUOYS", "fleet", "buoys"),
    ("REGISTRY_INSECURE", "variables", "registry"),
    ("GATEWAY_SERVICE", "variables", "gateway"),
];

impl EnvFile {
    /// Reads the file of the environment `name` in `project`.
    pub fn load(project: &Project, name: &EnvName) -> Result<Self> {
        Self::open(project, name)
    }

    fn open(project: &Project, stem: &str) -> Result<Self> {
        let file = PathBuf::from(format!("envs/{stem}.toml"));
        let document = SettingsFile::open(project, file.clone())?;
        Self::parse(&file, document.text())
    }

    /// Reads every environment of `project`, in the order of their names.
    pub fn load_all(project: &Project) -> Result<Vec<Self>> {
        names_in(&project.root().join("envs")).iter().map(|stem| Self::open(project, stem)).collect()
    }

    /// Parses the text of an environment file; `file` is used in failures, and its stem is the name unless the
    /// text has a valid one.
    pub fn parse(file: &Path, text: &str) -> Result<Self> {
        text_of(file, text.as_bytes().to_vec())?;
        let table = DeTable::parse(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            Failure::new(Kind::Environment, error.message().lines().next().unwrap_or_default())
                .at(Location::at_offset(file, text, offset))
        })?;
        let mut written = Written::default();
        for (key, value) in table.get_ref() {
            written.record("", key, value.get_ref(), file, text);
            if let DeValue::Table(inner) = value.get_ref() {
                inner.iter().for_each(|(name, value)| {
                    written.record(key.get_ref(), name, value.get_ref(), file, text);
                });
            }
        }
        match SettingsFile::of(file, text).parse::<Environment>() {
            Ok(environment) => written.variables = environment.to_variables(),
            Err(_) => written.derive(),
        }
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let named = written.variables.get("ENVIRONMENT").and_then(|name| name.parse().ok());
        let name = named.map_or_else(|| stem.parse(), Ok).map_err(|message| {
            Failure::new(Kind::Environment, message).at(Location { file: file.to_owned(), position: None })
        })?;
        let Written { variables, locations } = written;
        Ok(Self { name, file: file.to_owned(), variables, locations })
    }

    /// The location of `variable`; the file if it is not set there.
    pub fn location(&self, variable: &str) -> Location {
        let file = || Location { file: self.file.clone(), position: None };
        self.locations.get(variable).cloned().unwrap_or_else(file)
    }
}

/// What is read of a file before its environment's name is known.
#[derive(Default)]
struct Written {
    variables: BTreeMap<String, String>,
    locations: BTreeMap<String, Location>,
}

impl Written {
    fn record(
        &mut self,
        table: &str,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &DeValue<'_>,
        file: &Path,
        text: &str,
    ) {
        let Some(value) = plain(value) else { return };
        let place = Location::at_offset(file, text, key.span().start);
        for (variable, _, _) in
            ELSEWHERE.iter().filter(|(_, wanted, name)| *wanted == table && name == key.get_ref())
        {
            self.locations.insert((*variable).to_owned(), place.clone());
            if table != "variables" {
                self.variables.insert((*variable).to_owned(), value.clone());
            }
        }
        if table == "variables" {
            let variable = key.get_ref().replace('-', "_").to_ascii_uppercase();
            self.locations.insert(variable.clone(), place);
            self.variables.insert(variable, value);
        }
    }

    /// Adds the derived variables as they are derived today; trees that do not use them ignore them.
    fn derive(&mut self) {
        if let Some(registry) = self.variables.get("REGISTRY") {
            let plain = is_plain(registry).to_string();
            self.variables.insert("REGISTRY_INSECURE".to_owned(), plain);
        }
        let gateway = match self.variables.remove("GATEWAY").as_deref() {
            Some("load-balancer") => Gateway::LoadBalancer,
            _ => Gateway::NodePort,
        };
        self.variables.insert("GATEWAY_SERVICE".to_owned(), gateway.service().to_owned());
        self.variables.extend(Variables::traffic_share(0));
    }
}

/// The names of the environments of `project`, sorted; a file with an invalid name is no environment.
pub fn names(project: &Project) -> Vec<EnvName> {
    names_in(&project.root().join("envs")).iter().filter_map(|stem| stem.parse().ok()).collect()
}

/// The names of the environment files in `folder`.
pub(super) fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_str()?.strip_suffix(".toml")?.to_owned()))
        // `staging.lock.toml` is not an environment, and neither is the list of allowed differences.
        .filter(|name| !name.contains('.') && name != "differences")
        .collect();
    names.sort();
    names
}

/// A value as the ConfigMap contains it; `None` for lists and tables, which are not variables.
fn plain(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.as_str().to_owned()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(truth) => Some(truth.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    fn project() -> Project {
        Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    #[test]
    fn lenient_and_strict_reader_agree() {
        for name in names(&project()) {
            let strict = Environment::load(&project(), &name).unwrap().to_variables();
            let written = EnvFile::load(&project(), &name).unwrap();
            assert_eq!(written.variables, strict, "{name}");
            let unset = Variables::traffic_share(0).map(|(variable, _)| variable);
            for variable in strict.keys().filter(|variable| !unset.contains(variable)) {
                assert!(
                    written.location(variable).position.is_some(),
                    "{variable} of {name} has no location"
                );
            }
        }
    }

    #[test]
    fn unknown_keys_are_read_with_their_locations() {
        let text =
            "name = \"old\"\n[variables]\nsome-thing-else = 3\nflag = true\nlist = []\n[ports]\nhttps = 1\n";
        let written = EnvFile::parse(Path::new("envs/old.toml"), text).unwrap();
        let pairs: Vec<String> =
            written.variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            pairs,
            [
                "BACKEND_WEIGHT=100",
                "CANARY_WEIGHT=0",
                "ENVIRONMENT=old",
                "FLAG=true",
                "GATEWAY_SERVICE=NodePort",
                "HTTPS_PORT=1",
                "SOME_THING_ELSE=3"
            ]
        );
        assert_eq!(written.location("SOME_THING_ELSE").to_string(), "envs/old.toml:3:1");
        assert_eq!(written.location("BUOYS").to_string(), "envs/old.toml");
    }

    #[test]
    fn the_stem_is_the_name_unless_the_text_has_a_valid_one() {
        let named = |file: &str, text: &str| EnvFile::parse(Path::new(file), text).map(|read| read.name);
        assert_eq!(named("envs/a.toml", "name = \"b\"\n"), Ok("b".into()));
        assert_eq!(named("envs/a.toml", "name = \"B\"\n"), Ok("a".into()));
        assert_eq!(named("envs/A.toml", "").unwrap_err().location.unwrap().to_string(), "envs/A.toml");
    }

    #[test]
    fn invalid_toml_is_rejected_with_its_location() {
        let failure = EnvFile::parse(Path::new("envs/a.toml"), "name = \n").unwrap_err();
        assert_eq!(failure.location.unwrap().to_string(), "envs/a.toml:1:8");
    }
}
