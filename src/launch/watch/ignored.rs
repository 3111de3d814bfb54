//! Decides which files Git ignores, from the same files that Git reads.

use std::path::{Path, PathBuf};

use ignore::{
    Match,
    gitignore::{Gitignore, GitignoreBuilder},
};

const FILE: &str = ".gitignore";

/// The ignore rules of a checkout. The files are read for every path, because they may have just changed.
#[derive(Debug)]
pub struct Ignored {
    root: PathBuf,
    /// The rules outside the checkout's directories, those with precedence first.
    global: Vec<Gitignore>,
}

impl Ignored {
    /// The rules of the checkout at `root`.
    pub fn of(root: &Path) -> Self {
        let exclude = read(root, &root.join(".git/info/exclude"));
        Self { root: root.to_owned(), global: exclude.into_iter().chain([Gitignore::global().0]).collect() }
    }

    /// Whether Git ignores `path`, relative to the root, by a rule for it or for a parent directory.
    ///
    /// A tracked file that matches a rule counts as ignored.
    pub fn contains(&self, path: &Path) -> bool {
        if path.components().next().is_some_and(|first| first.as_os_str() == ".git") {
            return true;
        }
        let mut steps: Vec<&Path> = path.ancestors().filter(|step| !step.as_os_str().is_empty()).collect();
        steps.reverse();
        // The rules of the parent directories so far, outermost first.
        let mut rules: Vec<Gitignore> = Vec::new();
        for step in steps {
            let folder = self.root.join(step.parent().unwrap_or(Path::new("")));
            rules.extend(read(&folder, &folder.join(FILE)));
            let full = self.root.join(step);
            let is_folder = step != path || full.is_dir();
            // The rules of the innermost directory have precedence.
            let verdict = rules.iter().rev().chain(&self.global).find_map(|rules| {
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

/// The rules in `file` for the directory `folder`; `None` if the file does not exist.
fn read(folder: &Path, file: &Path) -> Option<Gitignore> {
    if !file.is_file() {
        return None;
    }
    let mut builder = GitignoreBuilder::new(folder);
    // An invalid pattern is ignored, as in Git.
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
    fn rules_of_the_innermost_directory_have_precedence() {
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
    fn a_rule_added_during_the_watch_is_applied() {
        let folder = checkout();
        let ignored = Ignored::of(folder.path());
        assert!(!ignored.contains(Path::new("gitops/scratch.yaml")));
        std::fs::write(folder.path().join("gitops/.gitignore"), "scratch.yaml\n").unwrap();
        assert!(ignored.contains(Path::new("gitops/scratch.yaml")));
    }
}
