//! Checks the parity of environments: reads their files, builds their manifests and evaluates both.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Allowed, Facts, Manifests, Parity, VERSION, evaluate,
    explain::{explain, placeholder},
};
use crate::{
    base::{
        event::{Events, Step},
        failure::{Failure, Kind, Result},
    },
    compare::{
        CompareContext, Platform,
        build::{build_both, build_with, differing},
        side::render_work_tree,
    },
    config::{EnvFile, EnvName, Project},
};

/// The parity of several pairs of environments.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParityReport {
    /// [`VERSION`].
    pub version: u32,
    /// Whether all pairs are in parity.
    pub in_parity: bool,
    /// The result of each pair.
    pub pairs: Vec<Parity>,
}

impl ParityReport {
    /// Combines the results of `pairs`.
    pub fn new(pairs: Vec<Parity>) -> Self {
        Self { version: VERSION, in_parity: pairs.iter().all(|pair| pair.in_parity), pairs }
    }

    /// Returns the failure with the drift of all pairs; `None` if all are in parity.
    pub fn failure(&self) -> Option<Failure> {
        self.pairs.iter().filter_map(Parity::failure).reduce(|first, second| {
            let first = second.causes.into_iter().fold(first, Failure::because);
            Failure {
                message: "environments have differences that are not on the reviewed list".to_owned(),
                ..first
            }
        })
    }
}

/// The environments of a project with the reviewed list.
#[derive(Debug, Clone)]
pub struct Checker {
    all: Vec<EnvFile>,
    allowed: Allowed,
}

impl Checker {
    /// Reads the environment files and the list of `project`.
    pub fn load(project: &Project) -> Result<Self> {
        Ok(Self { all: EnvFile::load_all(project)?, allowed: Allowed::load(project)? })
    }

    /// Returns the pair that is named, else every pair of environments.
    pub fn pairs(&self, named: Option<(&str, &str)>) -> Result<Vec<(&EnvFile, &EnvFile)>> {
        if let Some((a, b)) = named {
            return Ok(vec![(self.find(a)?, self.find(b)?)]);
        }
        let all = &self.all;
        let pairs = all.iter().enumerate().flat_map(|(at, a)| all[at + 1..].iter().map(move |b| (a, b)));
        Ok(pairs.collect())
    }

    /// Compares the variables of a pair, and its manifests if they were built.
    pub fn evaluate(&self, (a, b): (&EnvFile, &EnvFile), manifests: Option<&Manifests>) -> Parity {
        evaluate(Facts { a, b, all: &self.all, allowed: &self.allowed, manifests })
    }

    fn find(&self, name: &str) -> Result<&EnvFile> {
        let is_named = |known: &&EnvFile| known.file.file_stem().is_some_and(|stem| stem == name);
        self.all.iter().find(is_named).ok_or_else(|| {
            let known: Vec<&str> = self.all.iter().map(|known| known.name.as_str()).collect();
            Failure::new(Kind::Usage, format!("there is no environment `{name}`"))
                .hint(format!("the environments in `envs` are {}", known.join(", ")))
        })
    }
}

/// Checks the environments called `a` and `b`, including their manifests.
pub async fn check(
    context: &CompareContext,
    events: &Events,
    (a, b): (&EnvName, &EnvName),
) -> Result<Parity> {
    let checker = Checker::load(&context.project)?;
    let pair = checker.pairs(Some((a, b)))?.remove(0);
    let manifests = build(context, events, pair).await?;
    Ok(checker.evaluate(pair, Some(&manifests)))
}

/// Builds the manifests of a pair and compares them, as a step of `events`.
pub async fn build(
    context: &CompareContext,
    events: &Events,
    (a, b): (&EnvFile, &EnvFile),
) -> Result<Manifests> {
    let title = format!("Build the manifests of {} and {}", a.name, b.name);
    let step = Step::start(events, format!("parity.{}.{}", a.name, b.name), title);
    let found = manifests(context, a, b).await?;
    step.done(format!("{} fields differ", found.explained.len() + found.unexplained.len()));
    Ok(found)
}

/// Builds the work tree with the variables of both environments and once more with placeholders as values.
/// Finds the variables that cause each difference.
pub async fn manifests(context: &CompareContext, a: &EnvFile, b: &EnvFile) -> Result<Manifests> {
    let rendered = render_work_tree(context).await?;
    let platform =
        |variables: &BTreeMap<String, String>| Platform::rendered(rendered.clone(), variables.clone());
    let (left, right) = (platform(&a.variables), platform(&b.variables));
    let (before, after) = build_both(&context.flux, &left, &right).await?;
    let placeholders: BTreeMap<String, String> =
        a.variables.keys().chain(b.variables.keys()).map(|name| (name.clone(), placeholder(name))).collect();
    // The folders are those of the first environment; only the substituted values are placeholders.
    let template = build_with(&context.flux, &left, &placeholders, &before).await?;
    Ok(explain(&before, &after, &template, &differing(&a.variables, &b.variables)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn checker() -> Checker {
        let written = |name: &str| {
            EnvFile::parse(Path::new(&format!("envs/{name}.toml")), &format!("name = \"{name}\"\n")).unwrap()
        };
        Checker { all: ["a", "b", "c"].map(written).into(), allowed: Allowed::default() }
    }

    #[test]
    fn every_pair_is_checked_once_unless_one_is_named() {
        let checker = checker();
        let pairs = |named| -> Vec<String> {
            let pairs = checker.pairs(named).unwrap();
            pairs.iter().map(|(a, b)| format!("{}{}", a.name, b.name)).collect()
        };
        assert_eq!(pairs(None), ["ab", "ac", "bc"]);
        assert_eq!(pairs(Some(("c", "a"))), ["ca"]);
        let failure = checker.pairs(Some(("x", "a"))).unwrap_err();
        assert_eq!(failure.hints, ["the environments in `envs` are a, b, c"]);
    }

    #[test]
    fn the_drift_of_all_pairs_is_one_failure() {
        let checker = checker();
        let pairs = checker.pairs(None).unwrap();
        let report = ParityReport::new(pairs.into_iter().map(|pair| checker.evaluate(pair, None)).collect());
        assert!(!report.in_parity);
        assert_eq!(report.failure().unwrap().causes.len(), 3);
        assert_eq!(ParityReport::new(Vec::new()).failure(), None);
    }
}
