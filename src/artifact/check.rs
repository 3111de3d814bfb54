//! Checks the tree as Flux builds it, for every environment, before any image exists.

mod input;
mod location;
mod nested;
mod refused;
mod targets;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    api_validation::ApiValidation,
    build::{BuildError, Files, FluxBuild, Outcome, ROOT, Walk, WalkInput},
    definitions::{self, Definitions, at_path, with_generated},
    locate,
    render::{UPSTREAM, pinned_files},
    rules::{self, Finding, Near, PhaseId},
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
use location::{Locator, Place};

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
    problems.extend(of_phases(&locator));
    problems.extend(nested::problems(&locator));
    if definitions.errors.is_empty() {
        problems.extend(targets::unmatched(&locator));
    }
    let failed: BTreeSet<String> = definitions.errors.iter().map(|error| error.name.clone()).collect();
    for (environment, variables) in &input.environments {
        let built = built(&files, variables, flux, &failed).await?;
        let built: Vec<Phase> = built
            .into_iter()
            .filter(|phase| definitions.get(&phase.name).is_some() || phase.name == ROOT)
            .collect();
        problems.extend(of_environment(input, environment, &built, &locator));
        // Without the upstream manifests, most custom kinds would be unknown.
        if let Some(validation) = validation.filter(|_| input.complete) {
            let refused = refused::refused(&input.flux, &built, &locator, validation).await?;
            let known: BTreeSet<_> = problems.iter().map(subject).collect();
            let new: Vec<Failure> =
                refused.into_iter().filter(|failure| !known.contains(&subject(failure))).collect();
            problems.extend(new);
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
        let hint = problem.hints.first().map(|hint| format!(" ({hint})")).unwrap_or_default();
        failure = failure.because(format!("{location}{}{hint}", problem.with_causes()));
    }
    Some(failure)
}

/// A Kustomization built with the variables of an environment.
pub(super) struct Phase {
    pub name: String,
    pub outcome: Outcome,
}

/// Builds the root and every Kustomization that it defines, at any depth, with the variables of an environment,
/// without those that are known to fail.
pub(super) async fn built(
    files: &Files,
    variables: &BTreeMap<String, String>,
    flux: &FluxBuild,
    failed: &BTreeSet<String>,
) -> Result<Vec<Phase>> {
    let files = with_generated(files);
    let sources = BTreeMap::from([(ROOT, &*files)]);
    // The tree is the source of every Kustomization: which part of it is packed for which one does not matter here.
    let prepare =
        |definition: &Value| at_path(definition, definition["spec"]["path"].as_str().unwrap_or("./"));
    let (mut walk, mut phases) = (Walk::default(), Vec::new());
    loop {
        walk.skip(failed);
        if walk.pending().is_empty() {
            return Ok(phases);
        }
        let built = walk.step(flux, WalkInput { sources: &sources, variables, prepare }).await?;
        phases.extend(built.into_iter().map(|(name, outcome)| Phase { name, outcome }));
    }
}

/// Returns the objects of the root and of every Kustomization with the variables of an environment, as one YAML
/// stream with a comment before each phase. `files` are those of a rendered tree.
pub async fn phases_text(
    files: &Files,
    variables: &BTreeMap<String, String>,
    flux: &FluxBuild,
) -> Result<String> {
    let phases = built(files, variables, flux, &BTreeSet::new()).await?.into_iter();
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
            let near = Near::Text(expression);
            problems.push(located(failure, locator, (phase, None), object, Some(&near)));
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
fn of_phases(locator: &Locator<'_>) -> Vec<Failure> {
    let definitions = locator.definitions.all();
    let all: BTreeMap<PhaseId, &Value> = definitions
        .map(|(name, definition)| {
            let namespace = definition.object["metadata"]["namespace"].as_str().unwrap_or_default();
            ((namespace.to_owned(), name.to_owned()), &definition.object)
        })
        .collect();
    let found = rules::phases(&all).into_iter().map(|(id, finding)| {
        let near = finding.near.clone();
        located(plain(finding), locator, (ROOT, None), all[&id], near.as_ref())
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
    // References can be judged only if every object is known.
    let is_whole = input.complete && locator.definitions.errors.is_empty();
    let mut problems = Vec::new();
    for (phase, object) in objects() {
        let findings = rules::for_environment(object, environment, &readers);
        problems.extend(findings.into_iter().map(|finding| failure(finding, locator, phase, object)));
    }
    let all: Vec<(Place<'_>, &Value)> = objects().collect();
    if is_whole && built.iter().all(|phase| phase.outcome.is_ok()) {
        let objects: Vec<&Value> = all.iter().map(|(_, object)| *object).collect();
        let found = rules::references(&objects, &input.flux).into_iter();
        problems.extend(found.map(|(at, finding)| failure(finding, locator, all[at].0, all[at].1)));
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

fn failure(finding: Finding, locator: &Locator<'_>, phase: Place<'_>, object: &Value) -> Failure {
    let near = finding.near.clone();
    let mut failure = plain(finding);
    failure.message = format!("{}: {}", super::objects::describe(object), failure.message);
    located(failure, locator, phase, object, near.as_ref())
}

fn located(
    failure: Failure,
    locator: &Locator<'_>,
    phase: Place<'_>,
    object: &Value,
    near: Option<&Near>,
) -> Failure {
    match locator.location(phase, object, near) {
        Some(location) => failure.at(location),
        None => failure,
    }
}

/// What a problem is about: its place, and the field before its details, which differ between environments.
fn subject(failure: &Failure) -> (Option<String>, String) {
    let end = failure.message.find("`: ").unwrap_or(failure.message.len());
    (failure.location.as_ref().map(ToString::to_string), failure.message[..end].to_owned())
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
