//! The documents tell the truth: exit codes, settings, commands, links.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test ends with a panic")]

use std::{collections::BTreeSet, path::Path};

use seasense::failure::Kind;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn the_readme_lists_every_exit_code() {
    let readme = read("README.md").replace('\n', " ");
    let table = readme.split("Exit codes:").nth(1).unwrap().split('.').next().unwrap();
    let listed: BTreeSet<u8> =
        table.split(';').map(|entry| entry.split_whitespace().next().unwrap().parse().unwrap()).collect();
    let known: BTreeSet<u8> = [0].into_iter().chain(Kind::ALL.map(Kind::exit_code)).collect();
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
fn the_readme_explains_every_setting_and_no_other() {
    let readme = read("README.md");
    let section = readme.split("## The environment file").nth(1).unwrap().split("\n## ").next().unwrap();
    let explained: BTreeSet<String> = section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .flat_map(|line| line.split('|').nth(1).unwrap().split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect();
    assert_eq!(explained, keys("envs/local.toml"));
}

#[test]
fn the_document_of_the_doctor_lists_every_check_and_no_other() {
    let document = read("docs/doctor.md");
    let rows = document.lines().filter(|line| line.starts_with("| `"));
    let told: Vec<(String, String)> = rows
        .map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            (cells[1].trim_matches('`').to_owned(), cells[3].to_owned())
        })
        .collect();
    let known = seasense::engine::preflight::CHECKS.map(|(id, why)| (id.to_owned(), why.to_owned()));
    assert_eq!(told, known);
}

#[test]
fn links_in_documents_lead_somewhere() {
    for file in ["README.md", "CONTRIBUTING.md"] {
        let text = read(file);
        for target in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let local = !target.starts_with("http") && !target.starts_with('#');
            assert!(
                !local || root().join(target).exists(),
                "{file} links to `{target}`, which does not exist"
            );
        }
    }
}

#[test]
fn the_changelog_has_an_unreleased_section_and_known_headings() {
    let changelog = read("CHANGELOG.md");
    assert!(changelog.contains("\n## [Unreleased]\n"));
    let known = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];
    for heading in changelog.lines().filter_map(|line| line.strip_prefix("### ")) {
        assert!(known.contains(&heading), "`{heading}` is no heading of Keep a Changelog");
    }
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let contributing = read("CONTRIBUTING.md");
    let reasons = contributing.split("## Why these libraries").nth(1).unwrap();
    let named: BTreeSet<&str> =
        reasons.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')).collect();
    for table in ["dependencies", "dev-dependencies"] {
        for name in manifest[table].as_table().unwrap().keys() {
            assert!(named.contains(name.as_str()), "CONTRIBUTING.md does not say why we use `{name}`");
        }
    }
}
