//! Compares the versions of the parts with the `go.mod` files that they are built from.

use std::path::PathBuf;

use super::{Infra, Part};
use crate::{
    base::failure::{Failure, Kind, Location, Result},
    config::Project,
};

impl Infra {
    /// Fails if a `go.mod` requires another version of a part's module than `infra/versions.toml` states: the
    /// programs would be built from one version and report the other.
    ///
    /// A folder without a `go.mod` is skipped; its build fails by itself.
    pub(super) fn check_go_modules(&self, project: &Project) -> Result<()> {
        for build in self.recipes.go.values() {
            let file = PathBuf::from(&build.folder).join("go.mod");
            let Ok(text) = std::fs::read_to_string(project.root().join(&file)) else { continue };
            for (name, part) in &self.versions.parts {
                let Some(module) = &part.module else { continue };
                let Some((offset, found)) = required(&text, module) else { continue };
                if found != part.version {
                    let at = Location::at_offset(&file, &text, offset);
                    return Err(mismatch(name, part, (module, found), (at, &build.folder)));
                }
            }
        }
        Ok(())
    }
}

/// Returns the version of `module` that a `go.mod` requires, without the `v`, and the byte offset of its line.
fn required<'a>(text: &'a str, module: &str) -> Option<(usize, &'a str)> {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let mut words = line.split_whitespace().skip_while(|word| *word == "require");
        if words.next() == Some(module)
            && let Some(version) = words.next().and_then(|word| word.strip_prefix('v'))
        {
            return Some((start, version));
        }
    }
    None
}

fn mismatch(
    name: &str,
    part: &Part,
    (module, found): (&str, &str),
    (at, folder): (Location, &str),
) -> Failure {
    let wanted = &part.version;
    Failure::new(Kind::Environment, format!("part `{name}` has two versions: {wanted} and {found}"))
        .because(format!("`infra/versions.toml` states {wanted}, and this file requires {module} v{found}"))
        .because("the programs would be built from one version and report the other".to_owned())
        .at(at)
        .hint(format!("run: (cd {folder} && go get {module}@v{wanted} && go mod tidy)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_required_version_is_found_in_both_forms() {
        let text = "module x\nrequire a.org/b v1.0.0\nrequire (\n\ta.org/b/api v3.0.0\n\ta.org/c v2.1.0 // indirect\n)\nreplace a.org/d => a.org/d v9.0.0\n";
        assert_eq!(required(text, "a.org/b"), Some((9, "1.0.0")));
        assert_eq!(required(text, "a.org/c").map(|(_, version)| version), Some("2.1.0"));
        assert_eq!(required(text, "a.org/d"), None);
        assert_eq!(required(text, "a.org"), None);
    }

    #[test]
    fn another_version_in_go_mod_is_refused_with_the_command() {
        let project = Project::find(std::path::Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let mut infra = Infra::load(&project).unwrap();
        infra.check_go_modules(&project).unwrap();
        let version = &mut infra.versions.parts.get_mut("kubernetes").unwrap().version;
        let pinned = std::mem::replace(version, "1.35.5".to_owned());
        let failure = infra.check_go_modules(&project).unwrap_err();
        assert_eq!(failure.message, format!("part `kubernetes` has two versions: 1.35.5 and {pinned}"));
        let place = failure.location.unwrap().to_string();
        assert!(place.starts_with("infra/images/go/kubernetes/go.mod:"), "{place}");
        let command =
            "run: (cd infra/images/go/kubernetes && go get k8s.io/kubernetes@v1.35.5 && go mod tidy)";
        assert_eq!(failure.hints, [command]);
    }
}
