//! An environment file as it is written, whatever version of seasense it was written for: its variables and their places.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Environment, Gateway, Project, Variables, is_plain, read::Document};
use crate::base::failure::{Failure, Kind, Location, Result};

/// The variables of one environment file, with the places of what each is written as.
///
/// Unlike [`Environment`] it insists on no list of keys: an earlier commit's file is read as well as today's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The environment's name.
    pub name: String,
    /// The file, as the person would name it.
    pub file: PathBuf,
    /// What the ConfigMap `environment` holds.
    pub variables: BTreeMap<String, String>,
    /// Where each of them is written.
    pub dirs: BTreeMap<String, Location>,
}

/// What a variable is written as that is not called like its key: variable, table and key.
const ELSEWHERE: [(&str, &str, &str); 5] = [
    ("ENVIRONMENT", "", "name"),
    ("HTTPS_PORT", "ports", "https"),
    ("BUOYS", "fleet", "buoys"),
    ("REGISTRY_INSECURE", "variables", "registry"),
    ("GATEWAY_SERVICE", "variables", "gateway"),
];

impl Written {
    /// Reads the file of the environment `name` in `project`.
    pub fn load(project: &Project, name: &str) -> Result<Self> {
        let file = PathBuf::from(format!("envs/{name}.toml"));
        let document = Document::open(project, file.clone())?;
        Self::parse(&file, document.text())
    }

    /// Reads every environment of `project`, in the order of their names.
    pub fn load_all(project: &Project) -> Result<Vec<Self>> {
        names(project).iter().map(|name| Self::load(project, name)).collect()
    }

    /// Reads the text of an environment file; `file` is for messages, and its stem is the name where none is written.
    pub fn parse(file: &Path, text: &str) -> Result<Self> {
        let table = DeTable::parse(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            Failure::new(Kind::Environment, error.message().lines().next().unwrap_or_default())
                .at(Location::at_offset(file, text, offset))
        })?;
        let mut written = Self { file: file.to_owned(), ..Self::default() };
        for (key, value) in table.get_ref() {
            written.note("", key, value.get_ref(), file, text);
            if let DeValue::Table(inner) = value.get_ref() {
                inner
                    .iter()
                    .for_each(|(name, value)| written.note(key.get_ref(), name, value.get_ref(), file, text));
            }
        }
        match Document::of(file, text).parse::<Environment>() {
            Ok(environment) => written.variables = environment.to_variables(),
            Err(_) => written.derive(),
        }
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        written.name = written.variables.get("ENVIRONMENT").cloned().unwrap_or(stem);
        Ok(written)
    }

    fn note(
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
            self.dirs.insert((*variable).to_owned(), place.clone());
            if table != "variables" {
                self.variables.insert((*variable).to_owned(), value.clone());
            }
        }
        if table == "variables" {
            let variable = key.get_ref().replace('-', "_").to_ascii_uppercase();
            self.dirs.insert(variable.clone(), place);
            self.variables.insert(variable, value);
        }
    }

    /// Adds the variables that are made of others, as they are made today: a tree that does not know them does not mind.
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
        self.variables.extend(Variables::sharing(0));
    }

    /// Where `variable` is written; the file where it is not.
    pub fn place(&self, variable: &str) -> Location {
        let file = || Location { file: self.file.clone(), position: None };
        self.dirs.get(variable).cloned().unwrap_or_else(file)
    }
}

/// The names of the environments of `project`, sorted.
pub fn names(project: &Project) -> Vec<String> {
    names_in(&project.root().join("envs"))
}

/// What the files in `folder` describe, by name.
pub(super) fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_str()?.strip_suffix(".toml")?.to_owned()))
        // `staging.lock.toml` is no environment, nor is the list of allowed differences.
        .filter(|name| !name.contains('.') && name != "differences")
        .collect();
    names.sort();
    names
}

/// A value as the ConfigMap carries it; `None` for lists and tables, of which no variable is one.
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
    fn it_reads_what_the_strict_reader_reads() {
        for name in names(&project()) {
            let strict = Environment::load(&project(), &name).unwrap().to_variables();
            let written = Written::load(&project(), &name).unwrap();
            assert_eq!(written.variables, strict, "{name}");
            let nowhere = Variables::sharing(0).map(|(variable, _)| variable);
            for variable in strict.keys().filter(|variable| !nowhere.contains(variable)) {
                assert!(written.place(variable).position.is_some(), "{variable} of {name} has no place");
            }
        }
    }

    #[test]
    fn keys_of_other_times_are_read_with_their_places() {
        let text =
            "name = \"old\"\n[variables]\nsome-thing-else = 3\nflag = true\nlist = []\n[ports]\nhttps = 1\n";
        let written = Written::parse(Path::new("envs/old.toml"), text).unwrap();
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
        assert_eq!(written.place("SOME_THING_ELSE").to_string(), "envs/old.toml:3:1");
        assert_eq!(written.place("BUOYS").to_string(), "envs/old.toml");
    }

    #[test]
    fn what_is_no_toml_is_refused_with_its_place() {
        let failure = Written::parse(Path::new("envs/a.toml"), "name = \n").unwrap_err();
        assert_eq!(failure.location.unwrap().to_string(), "envs/a.toml:1:8");
    }
}
