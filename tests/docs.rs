//! Checks the documents against the code: exit codes, settings, doctor checks, dependencies, links.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test ends with a panic")]

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use seasense::base::failure::Kind;

/// The exclusive limit of the README's length.
const README_LINES: usize = 150;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The documents for readers, relative to the root.
fn documents() -> Vec<String> {
    let mut documents = vec!["README.md".to_owned(), "CONTRIBUTING.md".to_owned()];
    for folder in ["docs", "docs/decisions", "docs/guide", "docs/operating"] {
        let entries = std::fs::read_dir(root().join(folder)).unwrap();
        let files = entries.map(|entry| format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap()));
        documents.extend(files.filter(|file| Path::new(file).extension().is_some_and(|kind| kind == "md")));
    }
    documents
}

#[test]
fn readme_has_fewer_than_150_lines() {
    let lines = read("README.md").lines().count();
    assert!(lines < README_LINES, "README.md has {lines} lines: move details to docs/guide/");
}

#[test]
fn readme_links_to_the_exit_codes() {
    assert!(read("README.md").contains("](docs/guide/exit-codes.md)"));
}

#[test]
fn guide_index_links_to_every_page_of_the_guide() {
    let index = read("docs/guide/README.md");
    for page in documents().iter().filter_map(|file| file.strip_prefix("docs/guide/")) {
        assert!(page == "README.md" || index.contains(&format!("]({page})")), "no link to docs/guide/{page}");
    }
}

#[test]
fn exit_codes_page_lists_every_code_with_its_name() {
    let page = read("docs/guide/exit-codes.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| "));
    let listed: BTreeSet<(u8, String)> = rows
        .filter_map(|row| {
            let mut cells = row.split('|').map(str::trim);
            Some((cells.next()?.parse().ok()?, cells.next()?.trim_matches('`').to_owned()))
        })
        .collect();
    let kinds = Kind::ALL.map(|kind| (kind.exit_code(), kind.name().to_owned()));
    let known: BTreeSet<(u8, String)> = [(0, String::new())].into_iter().chain(kinds).collect();
    assert_eq!(listed, known);
}

/// The keys of an environment file as `table.key`.
fn keys(file: &str) -> BTreeSet<String> {
    let value: toml::Table = read(file).parse().unwrap();
    let mut keys = BTreeSet::new();
    for (name, value) in value {
        match value {
            toml::Value::Table(table) => keys.extend(table.keys().map(|key| format!("{name}.{key}"))),
            _ => {
                keys.insert(name);
            }
        }
    }
    keys
}

#[test]
fn environment_file_page_describes_every_key_and_no_other() {
    let page = read("docs/guide/environment-file.md");
    let described: BTreeSet<String> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .flat_map(|line| line.split('|').nth(1).unwrap().split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect();
    assert_eq!(described, keys("envs/local.toml"));
}

#[test]
fn doctor_page_lists_every_check_and_no_other() {
    let page = read("docs/doctor.md");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let listed: Vec<(String, String)> = rows
        .map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            (cells[1].trim_matches('`').to_owned(), cells[3].to_owned())
        })
        .collect();
    let known = seasense::local::doctor::CHECKS.map(|(id, why)| (id.to_owned(), why.to_owned()));
    assert_eq!(listed, known);
}

/// The anchors of a document's headings, as a forge generates them.
fn anchors(document: &str) -> BTreeSet<String> {
    let outside_of_code = document.split("\n```").step_by(2);
    let headings = outside_of_code.flat_map(str::lines).filter(|line| line.starts_with('#'));
    headings.map(|heading| anchor(heading.trim_start_matches('#').trim())).collect()
}

fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>().to_lowercase()
}

#[test]
fn links_in_documents_lead_to_existing_files_and_headings() {
    for file in documents() {
        let text = read(&file);
        let folder = Path::new(&file).parent().unwrap();
        for target in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            if target.starts_with("http") {
                continue;
            }
            let (path, heading) = target.split_once('#').unwrap_or((target, ""));
            let linked = if path.is_empty() { PathBuf::from(&file) } else { folder.join(path) };
            assert!(root().join(&linked).exists(), "{file} links to `{target}`, which does not exist");
            assert!(
                heading.is_empty() || anchors(&read(linked.to_str().unwrap())).contains(heading),
                "{file} links to `{target}`, and no heading has this anchor"
            );
        }
    }
}

#[test]
fn changelog_has_an_unreleased_section_and_known_headings() {
    let changelog = read("CHANGELOG.md");
    assert!(changelog.contains("\n## [Unreleased]\n"));
    let known = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];
    for heading in changelog.lines().filter_map(|line| line.strip_prefix("### ")) {
        assert!(known.contains(&heading), "`{heading}` is not a heading of Keep a Changelog");
    }
}

#[test]
fn every_dependency_has_a_documented_reason() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let contributing = read("CONTRIBUTING.md");
    let reasons = contributing.split("## Why these libraries").nth(1).unwrap();
    let named: BTreeSet<&str> =
        reasons.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')).collect();
    for table in ["dependencies", "dev-dependencies"] {
        for name in manifest[table].as_table().unwrap().keys() {
            assert!(named.contains(name.as_str()), "CONTRIBUTING.md does not explain why we use `{name}`");
        }
    }
}

/// The words in backticks of a section of the architecture page.
fn architecture_words(heading: &str) -> Vec<String> {
    let page = read("docs/architecture.md");
    let section = page.split(heading).nth(1).unwrap_or_else(|| panic!("no section `{heading}`"));
    let section = section.split("\n## ").next().unwrap();
    section.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn architecture_page_names_existing_files() {
    let page = read("docs/architecture.md");
    let named: BTreeSet<&str> = page.split('`').filter(|word| word.starts_with("src/")).collect();
    assert!(named.len() > 40, "{named:?}");
    let missing: Vec<&&str> = named.iter().filter(|file| !root().join(file).exists()).collect();
    assert!(missing.is_empty(), "docs/architecture.md names files that do not exist: {missing:?}");
}

#[test]
fn architecture_page_lists_the_steps_of_a_new_environment() {
    use seasense::launch::plan::{Desired, Observed, build};
    let desired = Desired {
        digest: format!("sha256:{}", "a".repeat(64)).parse().unwrap(),
        buoys: 3,
        recreate: false,
        ttl: None,
    };
    let steps = build(&desired, &Observed::NOTHING);
    let name = |step| serde_json::to_value(step).unwrap()["step"].as_str().unwrap().to_owned();
    let steps: Vec<String> = steps.steps().map(name).collect();
    let documented = architecture_words("## What `seasense dev` does");
    let documented: Vec<String> = documented.into_iter().filter(|word| steps.contains(word)).collect();
    assert_eq!(documented, steps);
}
