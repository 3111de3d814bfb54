//! Evaluates the differences between two environments against the reviewed list. Pure.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer};

use super::{Allowed, Manifests};
use crate::{
    base::failure::{Failure, Kind, Location},
    compare::build::differing,
    config::{EnvFile, EnvName},
};

/// The version of the JSON form.
pub const VERSION: u32 = 2;

/// The input of [`evaluate`].
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The first environment.
    pub a: &'a EnvFile,
    /// The second environment.
    pub b: &'a EnvFile,
    /// Every environment of the project: an entry of the list that none of them needs is stale.
    pub all: &'a [EnvFile],
    /// The reviewed list.
    pub allowed: &'a Allowed,
    /// The differences between the manifests; `None` if they were not built.
    pub manifests: Option<&'a Manifests>,
}

/// The parity of two environments.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Parity {
    /// [`VERSION`].
    pub version: u32,
    /// Whether there are no unexplained differences.
    pub in_parity: bool,
    /// The first environment.
    pub a: EnvName,
    /// The second environment.
    pub b: EnvName,
    /// Whether the manifests were built and compared.
    pub manifests: bool,
    /// Differences that are on the list, by variable.
    pub allowed: Vec<AllowedDifference>,
    /// Differences that are not on the list.
    pub unexplained: Vec<Unexplained>,
    /// Entries of the list that no pair of environments needs.
    pub stale: Vec<StaleEntry>,
}

/// A difference that is on the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AllowedDifference {
    /// The variable.
    pub variable: String,
    /// Its value in the first environment.
    pub a: Option<String>,
    /// Its value in the second environment.
    pub b: Option<String>,
    /// Why it may differ.
    pub reason: String,
    /// The date of the review.
    pub reviewed: jiff::civil::Date,
    /// The number of manifest fields that differ because of it; `None` if the manifests were not built.
    pub fields: Option<usize>,
}

/// A difference that is not on the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unexplained {
    /// The description of the difference.
    pub description: String,
    /// The variable, if a variable differs.
    pub variable: Option<String>,
    /// The location of the key, or the file, that causes it.
    #[serde(serialize_with = "as_text")]
    pub location: Location,
}

/// An entry of the list that is not needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaleEntry {
    /// Its variable.
    pub variable: String,
    /// Why it is not needed.
    pub reason: String,
    /// Its location.
    #[serde(serialize_with = "as_text")]
    pub location: Location,
}

fn as_text<S: Serializer>(location: &Location, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(location)
}

/// Evaluates `facts`.
pub fn evaluate(facts: Facts<'_>) -> Parity {
    let Facts { a, b, manifests, .. } = facts;
    let (mut allowed, mut unexplained) = (Vec::new(), Vec::new());
    for variable in differing(&a.variables, &b.variables) {
        let value = |side: &EnvFile| side.variables.get(&variable).cloned();
        let entry = facts
            .allowed
            .differences
            .iter()
            .find(|entry| entry.variable == variable && entry.covers(&a.name, &b.name));
        match entry {
            Some(entry) => allowed.push(AllowedDifference {
                a: value(a),
                b: value(b),
                reason: entry.reason.clone(),
                reviewed: entry.reviewed,
                fields: manifests.map(|found| {
                    found.explained.iter().filter(|one| one.variables.contains(&variable)).count()
                }),
                variable,
            }),
            None => unexplained.push(Unexplained {
                description: format!(
                    "{variable} is {} in {} and {} in {}",
                    describe(value(a)),
                    a.name,
                    describe(value(b)),
                    b.name
                ),
                location: b.location(&variable),
                variable: Some(variable),
            }),
        }
    }
    for one in manifests.into_iter().flat_map(|found| &found.unexplained) {
        let field = if one.field.is_empty() { String::new() } else { format!(", {}", one.field) };
        unexplained.push(Unexplained {
            description: format!(
                "no variable explains the difference in {}: {}{field}",
                one.phase, one.object
            ),
            variable: None,
            location: Location { file: "gitops".into(), position: None },
        });
    }
    Parity {
        version: VERSION,
        in_parity: unexplained.is_empty(),
        a: a.name.clone(),
        b: b.name.clone(),
        manifests: manifests.is_some(),
        allowed,
        unexplained,
        stale: stale(facts.allowed, facts.all),
    }
}

fn describe(value: Option<String>) -> String {
    value.map_or_else(|| "absent".to_owned(), |value| format!("`{value}`"))
}

fn stale(allowed: &Allowed, all: &[EnvFile]) -> Vec<StaleEntry> {
    let reason = |entry: &super::Difference| {
        if let Some(unknown) =
            entry.between.iter().find(|name| all.iter().all(|known| known.name != name.as_str()))
        {
            return Some(format!("there is no environment `{unknown}`"));
        }
        let covered: Vec<&EnvFile> = all.iter().filter(|side| entry.covers(&side.name, &side.name)).collect();
        let values: BTreeSet<Option<&String>> =
            covered.iter().map(|side| side.variables.get(&entry.variable)).collect();
        (values.len() < 2)
            .then(|| "it has the same value in all environments that the entry names".to_owned())
    };
    let stale = |entry: &super::Difference| {
        let (variable, location) = (entry.variable.clone(), entry.location.clone());
        Some(StaleEntry { variable, reason: reason(entry)?, location })
    };
    allowed.differences.iter().filter_map(stale).collect()
}

impl Parity {
    /// Returns a failure of kind `Drift` with all unexplained differences; `None` if there are none.
    pub fn failure(&self) -> Option<Failure> {
        let first = self.unexplained.first()?;
        let count = self.unexplained.len();
        let message = match count {
            1 => format!("{} and {} have 1 difference that is not on the reviewed list", self.a, self.b),
            _ => format!(
                "{} and {} have {count} differences that are not on the reviewed list",
                self.a, self.b
            ),
        };
        let failure = Failure::new(Kind::Drift, message).at(first.location.clone());
        let failure = self
            .unexplained
            .iter()
            .fold(failure, |failure, one| failure.because(format!("{}: {}", one.location, one.description)));
        Some(failure.hint(format!(
            "make them equal, or add the reviewed difference to `{}` with its reason",
            super::FILE
        )))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::compare::parity::Explained;

    fn environment(name: &str, issuer: &str, buoys: u8) -> EnvFile {
        let text =
            format!("name = \"{name}\"\n[fleet]\nbuoys = {buoys}\n[variables]\nissuer = \"{issuer}\"\n");
        EnvFile::parse(Path::new(&format!("envs/{name}.toml")), &text).unwrap()
    }

    fn list(entries: &[(&str, &str)]) -> Allowed {
        let entry = |(variable, between): &(&str, &str)| {
            format!(
                "[[allowed]]\nvariable = \"{variable}\"\nbetween = {between}\nreason = \"it must\"\nreviewed = \"2026-11-24\"\n"
            )
        };
        Allowed::parse(&entries.iter().map(entry).collect::<String>()).unwrap()
    }

    fn evaluated(all: &[EnvFile], allowed: &Allowed, manifests: Option<&Manifests>) -> Parity {
        evaluate(Facts { a: &all[0], b: &all[1], all, allowed, manifests })
    }

    #[test]
    fn a_difference_that_is_not_listed_is_drift() {
        let all = [environment("local", "self-signed", 12), environment("staging", "acme", 5)];
        let allowed = list(&[("ENVIRONMENT", "\"*\""), ("ISSUER", "[\"local\", \"staging\"]")]);
        let parity = evaluated(&all, &allowed, None);
        assert_eq!(
            parity.allowed.iter().map(|allowed| allowed.variable.as_str()).collect::<Vec<_>>(),
            ["ENVIRONMENT", "ISSUER"]
        );
        assert!(!parity.in_parity && parity.stale.is_empty());
        let failure = parity.failure().unwrap();
        assert_eq!(failure.location.as_ref().unwrap().to_string(), "envs/staging.toml:3:1");
        assert_eq!(failure.kind, Kind::Drift);
        assert_eq!(failure.causes, ["envs/staging.toml:3:1: BUOYS is `12` in local and `5` in staging"]);
    }

    #[test]
    fn an_entry_only_allows_the_environments_it_names() {
        let all =
            [environment("local", "a", 1), environment("staging", "b", 1), environment("production", "b", 1)];
        let allowed = list(&[("ENVIRONMENT", "\"*\""), ("ISSUER", "[\"local\", \"production\"]")]);
        let parity = evaluated(&all, &allowed, None);
        assert_eq!(parity.unexplained[0].variable.as_deref(), Some("ISSUER"));
        assert_eq!(parity.stale, []);
    }

    #[test]
    fn an_entry_without_a_difference_is_stale() {
        let all = [environment("local", "a", 1), environment("staging", "a", 2)];
        let allowed = list(&[
            ("ENVIRONMENT", "\"*\""),
            ("BUOYS", "\"*\""),
            ("ISSUER", "\"*\""),
            ("HOSTNAME", "[\"local\", \"gone\"]"),
        ]);
        let parity = evaluated(&all, &allowed, None);
        assert!(parity.in_parity && parity.failure().is_none());
        let stale = parity.stale.iter().map(|stale| format!("{}: {}", stale.location, stale.reason));
        assert_eq!(
            stale.collect::<Vec<_>>(),
            [
                "envs/differences.toml:12:12: it has the same value in all environments that the entry names",
                "envs/differences.toml:17:12: there is no environment `gone`"
            ]
        );
    }

    #[test]
    fn an_unexplained_manifest_field_is_drift() {
        let all = [environment("local", "a", 1), environment("staging", "b", 1)];
        let allowed = list(&[("ENVIRONMENT", "\"*\""), ("ISSUER", "\"*\"")]);
        let one = |variables: &[&str]| Explained {
            phase: "apps".into(),
            object: "Deployment seasense/backend".into(),
            field: "spec.replicas".into(),
            variables: variables.iter().map(|name| (*name).to_owned()).collect(),
        };
        let manifests = Manifests {
            explained: vec![one(&["ISSUER"]), one(&["ISSUER", "ENVIRONMENT"])],
            unexplained: vec![one(&[])],
        };
        let parity = evaluated(&all, &allowed, Some(&manifests));
        let fields: Vec<Option<usize>> = parity.allowed.iter().map(|allowed| allowed.fields).collect();
        assert_eq!(fields, [Some(1), Some(2)]);
        assert!(!parity.in_parity);
        assert_eq!(
            parity.unexplained[0].description,
            "no variable explains the difference in apps: Deployment seasense/backend, spec.replicas"
        );
    }
}
