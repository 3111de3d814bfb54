//! Checks the tree as Flux builds it, for every environment, before any image exists.

mod input;
mod location;
mod refused;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    api_validation::ApiValidation,
    build::{BuildError, Files, FluxBuild, Outcome, ROOT, Wanted, is_flux_kustomization, root_kustomization},
    definitions::{self, Definitions, at_path, name, with_generated},
    locate,
    render::{UPSTREAM, pinned_files},
    rules::{self, Finding},
    variable,
};
use crate::{
    base::{
        failure::{Failure, Kind, Result},
        yaml,
    },
    config::EnvName,
};

pub use input::{CheckInput, SOPS_RULES};
use location::Locator;

/// Returns everything that is wrong with the tree, with the file and the line. Empty: Flux can apply it.
///
/// Without `validation`, what the API server itself would refuse is not found. Fails with kind `Tool` if a program
/// fails.
pub async fn check(
    input: &CheckInput,
    flux: &FluxBuild,
    validation: Option<&ApiValidation>,
) -> Result<Vec<Failure>> {
    let files = match pinned_files(&input.tree, &input.lock, &input.upstream) {
        Ok(files) => files,
        Err(failure) => return Ok(vec![failure]),
    };
    let files = with_generated(&files);
    let mut definitions = definitions::definitions(&files, flux).await?;
    if !input.complete {
        definitions.remove_upstream();
    }
    let mut problems = locate::problems(&files, &definitions);
    let locator = Locator::new(&files, &definitions);
    problems.extend(of_objects(&definitions, &locator));
    problems.extend(of_phases(&definitions, &files));
    for (environment, variables) in &input.environments {
        let built = built(&files, variables, flux).await?;
        let built: Vec<Phase> = built
            .into_iter()
            .filter(|phase| definitions.found.contains_key(&phase.name) || phase.name == ROOT)
            .collect();
        problems.extend(of_environment(input, environment, &built, &locator));
        // Without the upstream manifests, most custom kinds would be unknown.
        if let Some(validation) = validation.filter(|_| input.complete) {
            problems.extend(refused::refused(&input.flux, &built, &locator, validation).await?);
        }
        problems.extend(errors(&files, &built, &definitions));
    }
    Ok(sorted(problems))
}

/// Returns the problems as one failure; `None` if there are none.
pub fn combined(mut problems: Vec<Failure>) -> Option<Failure> {
    if problems.len() < 2 {
        return problems.pop();
    }
    let mut failure = Failure::new(Kind::Environment, format!("the tree has {} problems", problems.len()));
    for problem in &problems {
        let location = problem.location.as_ref().map(|location| format!("{location}: ")).unwrap_or_default();
        let causes: Vec<&str> =
            std::iter::once(&problem.message).chain(&problem.causes).map(String::as_str).collect();
        let hint = problem.hints.first().map(|hint| format!(" ({hint})")).unwrap_or_default();
        failure = failure.because(format!("{location}{}{hint}", causes.join(": ")));
    }
    Some(failure)
}

/// A Kustomization built with the variables of an environment.
pub(super) struct Phase {
    pub name: String,
    pub outcome: Outcome,
}

/// Builds the root and every Kustomization that it defines, with the variables of an environment.
pub(super) async fn built(
    files: &Files,
    variables: &BTreeMap<String, String>,
    flux: &FluxBuild,
) -> Result<Vec<Phase>> {
    let files = with_generated(files);
    let source = BTreeMap::from([(ROOT, &*files)]);
    let variables = Some(variables);
    let root = Wanted { definition: root_kustomization(), variables };
    let root = flux.build(&source, &[root]).await?.remove(0);
    let found = root.as_ref().map(|built| built.objects.clone()).unwrap_or_default();
    let found: Vec<Value> = found.into_iter().filter(is_flux_kustomization).collect();
    let wanted = found.iter().map(|definition| {
        let path = definition["spec"]["path"].as_str().unwrap_or("./");
        Wanted { definition: at_path(definition, path), variables }
    });
    let wanted: Vec<Wanted<'_>> = wanted.collect();
    let outcomes = flux.build(&source, &wanted).await?;
    let phases =
        found.iter().zip(outcomes).map(|(definition, outcome)| Phase { name: name(definition), outcome });
    Ok(std::iter::once(Phase { name: ROOT.to_owned(), outcome: root }).chain(phases).collect())
}

/// Returns the objects of the root and of every Kustomization with the variables of an environment, as one YAML
/// stream with a comment before each phase. `files` are those of a rendered tree.
pub async fn phases_text(
    files: &Files,
    variables: &BTreeMap<String, String>,
    flux: &FluxBuild,
) -> Result<String> {
    let phases = built(files, variables, flux).await?.into_iter();
    phases
        .map(|phase| match phase.outcome {
            Ok(built) => Ok(format!("# phase: {}\n{}", phase.name, yaml::write(&built.objects)?)),
            Err(error) => Err(locate::build_error(files, &error)),
        })
        .collect()
}

/// The rules for objects, which do not depend on an environment.
fn of_objects(definitions: &Definitions, locator: &Locator<'_>) -> Vec<Failure> {
    let mut problems = Vec::new();
    let mut own = Vec::new();
    for (phase, object) in definitions.objects() {
        for (expression, failure) in variable::invalid(object) {
            problems.push(located(failure, locator, (phase, None), object, Some(&expression)));
        }
        let mut findings = rules::pinned(object, "${REGISTRY}");
        if !locator.is_upstream(phase, object) {
            findings.extend(rules::RULES.iter().flat_map(|(_, find)| find(object)));
            own.push((phase, object));
        }
        problems.extend(findings.into_iter().map(|finding| failure(finding, locator, (phase, None), object)));
    }
    let all: Vec<&Value> = own.iter().map(|(_, object)| *object).collect();
    for (object, finding) in rules::default_deny(&all) {
        let phase = own.iter().find(|(_, own)| std::ptr::eq(*own, object)).map_or(ROOT, |(phase, _)| phase);
        problems.push(failure(finding, locator, (phase, None), object));
    }
    problems
}

/// The rules for the Kustomizations among each other.
fn of_phases(definitions: &Definitions, files: &Files) -> Vec<Failure> {
    let all = definitions.found.iter().map(|(name, definition)| (name.clone(), &definition.object)).collect();
    let found = rules::phases(&all).into_iter().map(|(name, finding)| {
        let near = finding.near.clone();
        let failure = plain(finding);
        match locate::definition(files, &name, near.as_deref()) {
            Some(location) => failure.at(location),
            None => failure,
        }
    });
    found.collect()
}

/// The rules for the objects of one environment.
fn of_environment(
    input: &CheckInput,
    environment: &EnvName,
    built: &[Phase],
    locator: &Locator<'_>,
) -> Vec<Failure> {
    let objects = || objects_of(built);
    let readers = input.readers(environment);
    let mut problems = Vec::new();
    for (phase, object) in objects() {
        let findings = rules::for_environment(object, environment, &readers);
        problems.extend(findings.into_iter().map(|finding| failure(finding, locator, phase, object)));
    }
    let phases = built
        .iter()
        .filter_map(|phase| Some((phase.name.clone(), phase.outcome.as_ref().ok()?.objects.as_slice())));
    for (object, finding) in rules::doubled(&phases.collect()) {
        let phase =
            objects().find(|(_, own)| std::ptr::eq(*own, object)).map_or((ROOT, None), |(phase, _)| phase);
        problems.push(failure(finding, locator, phase, object));
    }
    problems
}

/// Every object that was built, with its place.
fn objects_of(built: &[Phase]) -> impl Iterator<Item = (Place<'_>, &Value)> {
    let phases = built.iter().filter_map(|phase| Some((phase.name.as_str(), phase.outcome.as_ref().ok()?)));
    phases.flat_map(|(phase, built)| {
        built.objects.iter().map(move |object| ((phase, Some(&built.files)), object))
    })
}

/// The errors of an environment's builds, without those that every environment has.
fn errors(files: &Files, built: &[Phase], definitions: &Definitions) -> Vec<Failure> {
    let known: BTreeSet<&str> = definitions.errors.iter().map(|error| error.name.as_str()).collect();
    let errors = built.iter().filter_map(|phase| phase.outcome.as_ref().err());
    let new = errors.filter(|error: &&BuildError| !known.contains(error.name.as_str()));
    new.map(|error| locate::build_error(files, error)).collect()
}

fn plain(finding: Finding) -> Failure {
    let failure = Failure::new(Kind::Environment, finding.message);
    match finding.hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// A phase, and the files of one of its builds.
type Place<'a> = (&'a str, Option<&'a BTreeSet<String>>);

fn failure(finding: Finding, locator: &Locator<'_>, phase: Place<'_>, object: &Value) -> Failure {
    let near = finding.near.clone();
    let mut failure = plain(finding);
    failure.message = format!("{}: {}", super::objects::describe(object), failure.message);
    located(failure, locator, phase, object, near.as_deref())
}

fn located(
    failure: Failure,
    locator: &Locator<'_>,
    phase: Place<'_>,
    object: &Value,
    near: Option<&str>,
) -> Failure {
    match locator.location(phase, object, near) {
        Some(location) => failure.at(location),
        None => failure,
    }
}

/// Sorts by location, and keeps one of equal problems in several environments.
fn sorted(mut problems: Vec<Failure>) -> Vec<Failure> {
    let key = |failure: &Failure| {
        let location = failure.location.as_ref();
        (location.map(|location| (location.file.clone(), location.position)), failure.message.clone())
    };
    problems.sort_by_key(key);
    problems.dedup_by_key(|failure| key(failure));
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_problems_are_one_failure() {
        let problem = |message: &str| Failure::new(Kind::Environment, message).hint("do this");
        assert_eq!(combined(Vec::new()), None);
        assert_eq!(combined(vec![problem("a")]).unwrap().message, "a");
        let failure = combined(vec![problem("a").because("b"), problem("c")]).unwrap();
        assert_eq!(failure.message, "the tree has 2 problems");
        assert_eq!(failure.causes, ["a: b (do this)", "c (do this)"]);
    }

    #[test]
    fn equal_problems_are_reported_once() {
        let problem = |message: &str| Failure::new(Kind::Environment, message);
        let found = sorted(vec![problem("b"), problem("a"), problem("b")]);
        assert_eq!(found.iter().map(|failure| failure.message.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }
}
