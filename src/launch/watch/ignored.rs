//! What Git ignores, told from the same files that Git reads.

use std::path::{Path, PathBuf};

use ignore::{
    Match,
    gitignore::{Gitignore, GitignoreBuilder},
};

const FILE: &str = ".gitignore";

/// The rules of a checkout. Files are read again at every question: they may be what has just changed.
#[derive(Debug)]
pub struct Ignored {
    root: PathBuf,
    /// Rules that stand in no folder of the checkout, the stronger ones first.
    elsewhere: Vec<Gitignore>,
}

impl Ignored {
    /// The rules of the checkout at `root`.
    pub fn of(root: &Path) -> Self {
        let exclude = read(root, &root.join(".git/info/exclude"));
        Self {
            root: root.to_owned(),
            elsewhere: exclude.into_iter().chain([Gitignore::global().0]).collect(),
        }
    }

    /// Whether Git ignores `path`, relative to the root: by a rule for itself or for a folder that it is in.
    ///
    /// A file that Git tracks although a rule speaks against it counts as ignored.
    pub fn contains(&self, path: &Path) -> bool {
        if path.components().next().is_some_and(|first| first.as_os_str() == ".git") {
            return true;
        }
        let mut steps: Vec<&Path> = path.ancestors().filter(|step| !step.as_os_str().is_empty()).collect();
        steps.reverse();
        // The rules of the folders passed so far, outermost first.
        let mut rules: Vec<Gitignore> = Vec::new();
        for step in steps {
            let folder = self.root.join(step.parent().unwrap_or(Path::new("")));
            rules.extend(read(&folder, &folder.join(FILE)));
            let full = self.root.join(step);
            let is_folder = step != path || full.is_dir();
            // The innermost folder's rules are the strongest.
            let verdict = rules.iter().rev().chain(&self.elsewhere).find_map(|rules| {
                match rules.matched(&full, is_folder) {
                    Match::None => None,
                    Match::Ignore(_) => Some(true),
                    Match::Whitelist(_) => Some(false),
                }
            });
            if verdict == Some(true) {
                return true;
            }
        }
        false
    }
}

/// The rules in `file`, which speak of what is in `folder`; `None` where there is no such file.
fn read(folder: &Path, file: &Path) -> Option<Gitignore> {
    if !file.is_file() {
        return None;
    }
    let mut builder = GitignoreBuilder::new(folder);
    // A line that is no pattern is left out, as Git does.
    let _ = builder.add(file);
    builder.build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkout() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for inside in ["src/web/dist", "src/web/node_modules/x", "gitops", ".git/info"] {
            std::fs::create_dir_all(folder.path().join(inside)).unwrap();
        }
        std::fs::write(folder.path().join(".gitignore"), "/target\nnode_modules/\n*.log\n.*.sw?\n").unwrap();
        std::fs::write(folder.path().join("src/.gitignore"), "!kept.log\n").unwrap();
        std::fs::write(folder.path().join("src/web/.gitignore"), "dist/\n").unwrap();
        std::fs::write(folder.path().join(".git/info/exclude"), "mine.yaml\n").unwrap();
        folder
    }

    #[test]
    fn rules_of_every_folder_count_and_the_innermost_wins() {
        let folder = checkout();
        let ignored = Ignored::of(folder.path());
        for path in [
            "target/debug/x",
            "src/web/node_modules/x/index.js",
            "src/web/dist/index.html",
            "gitops/a.log",
            "gitops/.deployment.yaml.swp",
            "gitops/mine.yaml",
            ".git/index",
        ] {
            assert!(ignored.contains(Path::new(path)), "{path}");
        }
        for path in ["gitops/a.yaml", "src/kept.log", "src/target/x", "src/dist/x", ".gitignore"] {
            assert!(!ignored.contains(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn a_rule_that_is_written_while_one_watches_counts() {
        let folder = checkout();
        let ignored = Ignored::of(folder.path());
        assert!(!ignored.contains(Path::new("gitops/scratch.yaml")));
        std::fs::write(folder.path().join("gitops/.gitignore"), "scratch.yaml\n").unwrap();
        assert!(ignored.contains(Path::new("gitops/scratch.yaml")));
    }
}
