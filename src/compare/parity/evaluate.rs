//! Judges what two environments differ in by the reviewed list. Pure: promotion asks it as well as a person.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer};

use super::{Allowed, Manifests};
use crate::{
    base::failure::{Failure, Kind, Location},
    compare::build::differing,
    config::EnvFile,
};

/// The version of the JSON form.
pub const VERSION: u32 = 1;

/// What is known of two environments.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The one.
    pub a: &'a EnvFile,
    /// The other.
    pub b: &'a EnvFile,
    /// Every environment of the project: an entry of the list that none of them needs is stale.
    pub all: &'a [EnvFile],
    /// The reviewed list.
    pub allowed: &'a Allowed,
    /// In what the manifests differ; `None` where they were not built.
    pub manifests: Option<&'a Manifests>,
}

/// The verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Parity {
    /// [`VERSION`].
    pub version: u32,
    /// Whether nothing is unexplained.
    pub holds: bool,
    /// The one environment.
    pub a: String,
    /// The other.
    pub b: String,
    /// Whether the manifests were built and compared.
    pub manifests: bool,
    /// Differences that are on the list, by variable.
    pub allowed: Vec<Used>,
    /// Differences that are not.
    pub unexplained: Vec<Unexplained>,
    /// Entries of the list that no two environments need any more.
    pub stale: Vec<Stale>,
}

/// A difference that is allowed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Used {
    /// The variable.
    pub variable: String,
    /// Its value in the one environment.
    pub a: Option<String>,
    /// Its value in the other.
    pub b: Option<String>,
    /// Why it may differ.
    pub reason: String,
    /// The day that was reviewed.
    pub reviewed: jiff::civil::Date,
    /// How many fields of the manifests differ by it; `None` where they were not built.
    pub fields: Option<usize>,
}

/// A difference that nothing allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unexplained {
    /// What differs, for people.
    pub what: String,
    /// The variable, where it is one.
    pub variable: Option<String>,
    /// The key, or the file, that is to blame.
    #[serde(serialize_with = "place")]
    pub place: Location,
}

/// An entry of the list that is of no use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// Its variable.
    pub variable: String,
    /// Why nobody needs it.
    pub why: String,
    /// Where it stands.
    #[serde(serialize_with = "place")]
    pub place: Location,
}

fn place<S: Serializer>(place: &Location, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(place)
}

/// Judges.
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
            Some(entry) => allowed.push(Used {
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
                what: format!(
                    "{variable} is {} in {} and {} in {}",
                    describe(value(a)),
                    a.name,
                    describe(value(b)),
                    b.name
                ),
                place: b.location(&variable),
                variable: Some(variable),
            }),
        }
    }
    for one in manifests.into_iter().flat_map(|found| &found.unexplained) {
        let field = if one.field.is_empty() { String::new() } else { format!(", {}", one.field) };
        unexplained.push(Unexplained {
            what: format!("no variable explains the difference in {}: {}{field}", one.phase, one.object),
            variable: None,
            place: Location { file: "gitops".into(), position: None },
        });
    }
    Parity {
        version: VERSION,
        holds: unexplained.is_empty(),
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

fn stale(allowed: &Allowed, all: &[EnvFile]) -> Vec<Stale> {
    let why = |entry: &super::Difference| {
        if let Some(unknown) = entry.between.iter().find(|name| all.iter().all(|known| known.name != **name))
        {
            return Some(format!("there is no environment `{unknown}`"));
        }
        let meant: Vec<&EnvFile> = all.iter().filter(|side| entry.covers(&side.name, &side.name)).collect();
        let values: BTreeSet<Option<&String>> =
            meant.iter().map(|side| side.variables.get(&entry.variable)).collect();
        (values.len() < 2)
            .then(|| "it has the same value in all environments that the entry names".to_owned())
    };
    let stale = |entry: &super::Difference| {
        Some(Stale { variable: entry.variable.clone(), why: why(entry)?, place: entry.place.clone() })
    };
    allowed.differences.iter().filter_map(stale).collect()
}

impl Parity {
    /// The failure that drift is; `None` where there is none. Its exit code is that of drift.
    pub fn failure(&self) -> Option<Failure> {
        let first = self.unexplained.first()?;
        let count = self.unexplained.len();
        let message = match count {
            1 => format!("{} and {} differ in what is not on the reviewed list", self.a, self.b),
            _ => format!(
                "{} and {} differ in {count} things that are not on the reviewed list",
                self.a, self.b
            ),
        };
        let failure = Failure::new(Kind::Drift, message).at(first.place.clone());
        let failure = self
            .unexplained
            .iter()
            .fold(failure, |failure, one| failure.because(format!("{}: {}", one.place, one.what)));
        Some(failure.hint(format!(
            "make them equal, or have the difference reviewed and put it into `{}` with its reason",
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

    fn judged(all: &[EnvFile], allowed: &Allowed, manifests: Option<&Manifests>) -> Parity {
        evaluate(Facts { a: &all[0], b: &all[1], all, allowed, manifests })
    }

    #[test]
    fn what_is_not_on_the_list_is_drift_with_its_place() {
        let all = [environment("local", "self-signed", 12), environment("staging", "acme", 5)];
        let allowed = list(&[("ENVIRONMENT", "\"*\""), ("ISSUER", "[\"local\", \"staging\"]")]);
        let parity = judged(&all, &allowed, None);
        assert_eq!(
            parity.allowed.iter().map(|used| used.variable.as_str()).collect::<Vec<_>>(),
            ["ENVIRONMENT", "ISSUER"]
        );
        assert!(!parity.holds && parity.stale.is_empty());
        let failure = parity.failure().unwrap();
        assert_eq!(failure.location.as_ref().unwrap().to_string(), "envs/staging.toml:3:1");
        assert_eq!(
            (failure.kind, failure.causes),
            (
                Kind::Drift,
                vec!["envs/staging.toml:3:1: BUOYS is `12` in local and `5` in staging".to_owned()]
            )
        );
    }

    #[test]
    fn an_entry_allows_nothing_between_others() {
        let all =
            [environment("local", "a", 1), environment("staging", "b", 1), environment("production", "b", 1)];
        let allowed = list(&[("ENVIRONMENT", "\"*\""), ("ISSUER", "[\"local\", \"production\"]")]);
        let parity = judged(&all, &allowed, None);
        assert_eq!(parity.unexplained[0].variable.as_deref(), Some("ISSUER"));
        assert_eq!(parity.stale, []);
    }

    #[test]
    fn what_nobody_needs_any_more_is_stale() {
        let all = [environment("local", "a", 1), environment("staging", "a", 2)];
        let allowed = list(&[
            ("ENVIRONMENT", "\"*\""),
            ("BUOYS", "\"*\""),
            ("ISSUER", "\"*\""),
            ("HOSTNAME", "[\"local\", \"gone\"]"),
        ]);
        let parity = judged(&all, &allowed, None);
        assert!(parity.holds && parity.failure().is_none());
        let stale: Vec<String> =
            parity.stale.iter().map(|stale| format!("{}: {}", stale.place, stale.why)).collect();
        assert_eq!(
            stale,
            [
                "envs/differences.toml:12:12: it has the same value in all environments that the entry names",
                "envs/differences.toml:17:12: there is no environment `gone`"
            ]
        );
    }

    #[test]
    fn a_manifest_that_no_variable_explains_is_drift() {
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
        let parity = judged(&all, &allowed, Some(&manifests));
        assert_eq!(parity.allowed.iter().map(|used| used.fields).collect::<Vec<_>>(), [Some(1), Some(2)]);
        assert!(!parity.holds);
        assert_eq!(
            parity.unexplained[0].what,
            "no variable explains the difference in apps: Deployment seasense/backend, spec.replicas"
        );
    }
}
