//! Classifies the path of a changed file; pure.

use super::{Changes, Workload};
use crate::config::EnvName;

/// Returns the effects of a change of the file or directory `path` on the environment `environment`.
///
/// `path` is relative to the project, with `/`. A directory includes everything in it.
pub fn classify(environment: &EnvName, path: &str) -> Changes {
    let segments: Vec<&str> =
        path.split('/').filter(|segment| !segment.is_empty() && *segment != ".").collect();
    let mut changes = match segments.as_slice() {
        ["gitops", ..] => Changes { manifests: true, ..Changes::default() },
        ["envs"] => Changes { environment: true, ..Changes::default() },
        ["envs", file] => Changes { environment: is_of(environment, file), ..Changes::default() },
        ["infra", ..] => Changes { infra: true, ..Changes::default() },
        _ => Changes { workloads: workloads(&segments).iter().copied().collect(), ..Changes::default() },
    };
    if !changes.is_empty() {
        changes.paths.insert(segments.join("/"));
    }
    changes
}

fn is_of(environment: &str, file: &str) -> bool {
    ["toml", "agekey"].iter().any(|ending| file.strip_suffix(ending) == Some(&format!("{environment}.")))
}

/// The workloads that are compiled from a file, as `infra/images.toml` lists their inputs.
fn workloads(segments: &[&str]) -> &'static [Workload] {
    match segments {
        ["src", "apps", "backend", ..] => &[Workload::Backend],
        ["src", "apps", "frontend", ..] => &[Workload::Frontend],
        ["src", "apps", "fleet", ..] => &[Workload::Fleet],
        ["src" | "Cargo.toml" | "Cargo.lock" | "rust-toolchain.toml"]
        | ["src", "lib.rs"]
        | ["src", "apps", ..] => &Workload::ALL,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path};

    use proptest::prelude::*;

    use super::*;
    use crate::config::{Infra, Project};

    fn of(path: &str) -> (bool, bool, bool, Vec<&'static str>) {
        let changes = classify(&"local".into(), path);
        assert_eq!(changes.paths.is_empty(), changes.is_empty());
        let workloads = changes.workloads.iter().map(|workload| workload.name()).collect();
        (changes.manifests, changes.environment, changes.infra, workloads)
    }

    #[test]
    fn every_kind_of_file_is_classified() {
        let all = vec!["backend", "frontend", "fleet"];
        for (path, expected) in [
            ("gitops/apps/backend/deployment.yaml", (true, false, false, vec![])),
            ("gitops", (true, false, false, vec![])),
            ("envs/local.toml", (false, true, false, vec![])),
            ("envs/local.agekey", (false, true, false, vec![])),
            ("envs/other.toml", (false, false, false, vec![])),
            ("envs/local.toml.bak", (false, false, false, vec![])),
            ("infra/images.toml", (false, false, true, vec![])),
            ("src/apps/backend/query/mod.rs", (false, false, false, vec!["backend"])),
            ("src/apps/frontend/web/src/main.ts", (false, false, false, vec!["frontend"])),
            ("src/apps/fleet/main.rs", (false, false, false, vec!["fleet"])),
            ("src/apps/shared/wire.rs", (false, false, false, all.clone())),
            ("Cargo.lock", (false, false, false, all.clone())),
            ("src", (false, false, false, all)),
            ("src/cli/mod.rs", (false, false, false, vec![])),
            ("README.md", (false, false, false, vec![])),
        ] {
            assert_eq!(of(path), expected, "{path}");
        }
    }

    #[test]
    fn every_input_of_an_image_changes_its_workload() {
        let project = Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let recipes = Infra::load(&project).unwrap().recipes;
        for input in &recipes.cargo["workloads"].inputs {
            assert_eq!(classify(&"local".into(), input).workloads, Workload::ALL.into(), "{input}");
        }
        let page = classify(&"local".into(), &recipes.npm["page"].folder);
        assert_eq!(page.workloads, BTreeSet::from([Workload::Frontend]));
        for workload in Workload::ALL {
            assert!(recipes.image.contains_key(workload.image()), "{}", workload.image());
        }
    }

    fn paths() -> impl Strategy<Value = Vec<String>> {
        let part = prop_oneof![
            Just("gitops"),
            Just("envs"),
            Just("src"),
            Just("apps"),
            Just("backend"),
            Just("shared"),
            Just("local.toml"),
            Just("x.rs"),
            Just("infra"),
        ];
        let path = prop::collection::vec(part, 1..5).prop_map(|parts| parts.join("/"));
        prop::collection::vec(path, 0..12)
    }

    fn together<'a>(paths: impl IntoIterator<Item = &'a String>) -> Changes {
        let mut all = Changes::default();
        paths.into_iter().for_each(|path| all.absorb(classify(&"local".into(), path)));
        all
    }

    proptest! {
        #[test]
        fn order_repetition_and_grouping_do_not_matter(paths in paths(), cut in 0usize..12) {
            let once = together(&paths);
            prop_assert_eq!(&once, &together(paths.iter().rev()));
            prop_assert_eq!(&once, &together(paths.iter().chain(&paths)));
            let (early, late) = paths.split_at(cut.min(paths.len()));
            let mut grouped = together(late);
            grouped.absorb(together(early));
            prop_assert_eq!(once, grouped);
        }

        #[test]
        fn a_directory_includes_its_files(folder in "(gitops|src/apps/(backend|frontend|fleet|shared))(/[a-z]{1,3}){0,2}", file in "[a-z]{1,5}") {
            let (folder, inside) = (classify(&"local".into(), &folder), classify(&"local".into(), &format!("{folder}/{file}")));
            prop_assert_eq!(folder.manifests, inside.manifests);
            prop_assert!(folder.workloads.is_superset(&inside.workloads));
        }

        #[test]
        fn any_path_can_be_classified(path in ".{0,40}") {
            let changes = classify(&"local".into(), &path);
            prop_assert_eq!(changes.is_empty(), changes.paths.is_empty());
        }
    }
}
