//! Finds the file and the line of an error that Flux reports. Pure.

use std::collections::BTreeSet;

use super::{
    Tree,
    build::{BuildError, Files},
    build_cures, build_faults,
    definition_source::{field_of_definition, own_definition},
    definitions::Definitions,
    fields, file_type,
    objects::{Written, written},
    source_location,
    tree::display_path,
    unbuilt, variable,
};
use crate::base::{
    failure::{Failure, Location},
    yaml,
};

/// Every reason why Flux cannot apply the definitions: errors of builds, and definitions that nothing lists.
pub(super) fn problems(files: &Files, definitions: &Definitions) -> Vec<Failure> {
    let mut problems: Vec<Failure> =
        definitions.errors.iter().map(|error| build_error(files, error)).collect();
    if definitions.errors.is_empty() {
        problems.extend(unbuilt::problems(files, definitions));
    }
    problems
}

/// The error of a build as a failure with the location that Flux's text refers to.
pub(super) fn build_error(files: &Files, error: &BuildError) -> Failure {
    if let Some(failure) = build_faults::known(files, error).or_else(|| malformed(files, error)) {
        return failure;
    }
    let failure = error.clone().into_failure();
    let failure = match build_cures::cure(&error.message) {
        Some(cure) => failure.hint(cure),
        None => failure,
    };
    if let Some(name) = missing_variable(&error.message) {
        let (expression, failure) = variable::refused(&name);
        return match mention(files, &error.files, &expression) {
            Some(location) => failure.at(location),
            None => failure,
        };
    }
    let location = printed_object(files, error)
        .or_else(|| quoted_entry(files, error))
        .or_else(|| missing_path(files, error))
        .or_else(|| named_file(files, &error.message))
        .or_else(|| named_object(files, error))
        .or_else(|| patched_object(files, error))
        .or_else(|| definition_entry(files, error))
        .or_else(|| field_of_definition(files, &error.name, "spec.path"));
    match location {
        Some(location) => failure.at(location),
        None => failure,
    }
}

/// A file that was read, or that Flux names, and that is not valid YAML: our parser knows the column.
fn malformed(files: &Files, error: &BuildError) -> Option<Failure> {
    let named = words(&error.message).filter_map(|word| word.strip_prefix("gitops/")).map(str::to_owned);
    let all: BTreeSet<String> = error.files.iter().cloned().chain(named).collect();
    // A file that a generator reads may be anything, so it is blamed only if Flux could not parse something.
    let blames_yaml = ["yaml", "json", "unmarshal", "decode", "parse"];
    let message = error.message.to_lowercase();
    if !blames_yaml.iter().any(|word| message.contains(word)) {
        return None;
    }
    all.iter().filter(|path| file_type::is_manifest(path)).find_map(|path| {
        let text = std::str::from_utf8(files.get(path)?).ok()?;
        yaml::parse(&display_path(path), text).err()
    })
}

/// The variable that has no value, if that is the error.
fn missing_variable(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("variable not set (strict mode): ")?;
    Some(rest.trim().trim_matches('"').to_owned())
}

/// The first place of `text` as whole words in the files, kustomizations first, and not in a comment.
pub(super) fn mention(files: &Files, paths: &BTreeSet<String>, text: &str) -> Option<Location> {
    let (lists, others): (Vec<&String>, Vec<&String>) =
        paths.iter().partition(|path| file_type::is_kustomization(path));
    lists.into_iter().chain(others).find_map(|path| {
        let content = std::str::from_utf8(files.get(path)?).ok()?;
        let at = fields::offset_outside_comments(content, text)?;
        Some(Location::at_offset(display_path(path), content, at))
    })
}

/// The entry of a kustomization that the error quotes, for example a file that is not there.
fn quoted_entry(files: &Files, error: &BuildError) -> Option<Location> {
    let kustomizations: Vec<&String> =
        error.files.iter().filter(|path| file_type::is_kustomization(path)).collect();
    let mut candidates = Vec::new();
    for word in words(&error.message).filter(|word| word.len() > 2 && !word.starts_with("gitops/")) {
        for path in &kustomizations {
            let content = files.get(*path).map(|content| String::from_utf8_lossy(content).into_owned());
            let content = content.unwrap_or_default();
            let Some(at) = entry_offset(&content, word) else { continue };
            // The same entry may be in several kustomizations: the right one leads to the path in the error.
            let target = file_type::resolve(file_type::parent(path), word);
            let leads = target.is_some_and(|target| error.message.contains(&format!("gitops/{target}")));
            candidates.push((!leads, Location::at_offset(display_path(path), &content, at)));
        }
    }
    candidates.sort_by_key(|(uncertain, _)| *uncertain);
    candidates.into_iter().next().map(|(_, location)| location)
}

/// The entry of a kustomization that leads to a path in the error that does not exist.
fn missing_path(files: &Files, error: &BuildError) -> Option<Location> {
    let paths = words(&error.message).filter_map(|word| word.strip_prefix("gitops/"));
    let missing: Vec<&str> = paths.filter(|path| !files.contains_key(*path)).collect();
    error.files.iter().filter(|path| file_type::is_kustomization(path)).find_map(|list| {
        let content = std::str::from_utf8(files.get(list)?).ok()?;
        let leads = |entry: &&str| {
            let target = file_type::resolve(file_type::parent(list), entry);
            target.is_some_and(|target| missing.contains(&target.as_str()))
        };
        let entry = content.split(|c: char| c.is_whitespace() || "\"',[]{}=".contains(c)).find(leads)?;
        Some(Location::at_offset(display_path(list), content, entry_offset(content, entry)?))
    })
}

/// The object that the error prints as JSON because a field is missing.
fn printed_object(files: &Files, error: &BuildError) -> Option<Location> {
    let (_, json) = error.message.split_once("from: {")?;
    let object: serde_json::Value = serde_json::from_str(&format!("{{{json}")).ok()?;
    let own = written(files, |path| error.files.contains(path));
    let found = own.iter().find(|written| written.is(&object));
    found.map(Written::start)
}

/// The patch of an object that does not exist: kustomize names it as `KIND.VERSION.GROUP/NAME.NAMESPACE`.
fn patched_object(files: &Files, error: &BuildError) -> Option<Location> {
    let (_, id) = error.message.split_once("no matches for Id ")?;
    let (_, name) = id.split_whitespace().next()?.trim_end_matches(';').split_once('/')?;
    let name = name.rsplit_once('.').map_or(name, |(name, _)| name);
    mention(files, &error.files, &format!("name: {name}"))
}

/// The offset of `entry` as a whole value in the lines of `text` that are not comments.
fn entry_offset(text: &str, entry: &str) -> Option<usize> {
    let is_end = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || "\"',[]{}=".contains(c));
    text.match_indices(entry).map(|(at, _)| at).find(|at| {
        let line = text[..*at].rsplit('\n').next().unwrap_or_default();
        let before = line.chars().next_back();
        !line.trim_start().starts_with('#')
            && is_end(before)
            && line.contains([':', '-', '[', '='])
            && is_end(text[at + entry.len()..].chars().next())
    })
}

/// The file that the error names, with its line.
fn named_file(files: &Files, message: &str) -> Option<Location> {
    let path = words(message)
        .filter_map(|word| word.strip_prefix("gitops/"))
        .find(|path| files.contains_key(*path))?;
    let line = message.split_once("line ").and_then(|(_, rest)| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    Some(Location { file: display_path(path), position: line.map(|line| (line, 1)) })
}

/// The object that the error names.
fn named_object(files: &Files, error: &BuildError) -> Option<Location> {
    let read = error.files.iter().filter_map(|path| Some((path.clone(), files.get(path)?.clone())));
    source_location(&Tree::from_files(read), &error.message)
}

/// The place of the entry in `spec` of a definition that the error quotes, for example a component.
fn definition_entry(files: &Files, error: &BuildError) -> Option<Location> {
    let own = own_definition(files, &error.name)?;
    let components = own.value["spec"]["components"].as_array()?;
    let quoted = components.iter().filter_map(|own| own.as_str()).find(|component| {
        let name = component.rsplit('/').next().unwrap_or(component);
        error.message.contains(name)
    });
    own.text(files, quoted?)
}

/// The words of an error, without quotes and punctuation around them.
fn words(message: &str) -> impl Iterator<Item = &str> {
    let separators = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`' | '(' | ')' | ',' | ';');
    message.split(separators).map(|word| word.trim_end_matches([':', '.'])).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Files {
        [
            ("flux/kustomization.yaml", "resources: [apps.yaml]\ncomponents: [sources]\n"),
            ("flux/apps.yaml", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\nspec:\n  path: ./apps\n"),
            ("apps/kustomization.yaml", "# x.yaml\nresources:\n  - a.yaml\n  - ../base\n  - x.yaml\n"),
            ("base/kustomization.yaml", "resources: [x.yaml]\n"),
            ("apps/a.yaml", "kind: A\nmetadata: {name: a}\nhost: ${HOSTNAM}\n"),
            ("base/broken.yaml", "a: [\n"),
        ]
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .into()
    }

    fn located(message: &str) -> String {
        let read = ["apps/kustomization.yaml", "base/kustomization.yaml", "apps/a.yaml"];
        let error = BuildError {
            name: "apps".into(),
            message: message.into(),
            files: read.map(str::to_owned).into(),
        };
        let failure = build_error(&files(), &error);
        failure.location.map_or_else(String::new, |location| location.to_string())
    }

    #[test]
    fn a_missing_file_is_located_at_its_entry() {
        for (folder, place) in
            [("apps", "gitops/apps/kustomization.yaml:5:5"), ("base", "gitops/base/kustomization.yaml:1:13")]
        {
            let message = format!(
                "kustomize build failed: accumulating resources: accumulation err='accumulating resources from 'x.yaml': open gitops/{folder}/x.yaml: no such file or directory': must build at directory"
            );
            assert_eq!(located(&message), place);
        }
    }

    #[test]
    fn other_errors_are_located_at_what_they_name() {
        let variable = "post build failed for 'A.v1/a': envsubst error: variable substitution failed: variable not set (strict mode): \"HOSTNAM\"";
        assert_eq!(located(variable), "gitops/apps/a.yaml:3:7");
        assert_eq!(
            located("yaml: line 2: did not find expected node in gitops/base/broken.yaml"),
            "gitops/base/broken.yaml:1:4"
        );
        assert_eq!(located("kustomization path not found: ./apps"), "gitops/flux/apps.yaml:5:3");
        assert_eq!(located("no matches for A a"), "gitops/apps/a.yaml:1:1");
    }

    #[test]
    fn a_definition_that_nothing_lists_is_a_problem() {
        let mut definitions = Definitions::default();
        let failure = problems(&files(), &definitions).remove(0);
        assert_eq!(failure.message, "no kustomization lists this phase");
        assert_eq!(failure.location.unwrap().to_string(), "gitops/flux/apps.yaml:1:1");
        definitions.files = ["flux/apps.yaml", "flux/sources/kustomization.yaml"].map(str::to_owned).into();
        assert_eq!(problems(&files(), &definitions), []);
    }
}
