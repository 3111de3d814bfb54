//! Reads the `gitops/` tree as it lies in the working tree: what Git tracks and what it would track.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{
    base::{
        failure::{Context, Failure, Kind, Location, Result},
        git,
    },
    config::Project,
};

/// Largest file, in bytes: more is no manifest but something that got there by accident.
const MAX_FILE: u64 = 1 << 20;
/// Largest number of files.
const MAX_FILES: usize = 2000;

/// The files of the tree, by their path below `gitops/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    pub(super) files: BTreeMap<String, Vec<u8>>,
}

impl Tree {
    /// The tree's folder below the project's root.
    pub const FOLDER: &str = "gitops";

    /// Reads the tree of `project`, uncommitted edits included, without what Git ignores.
    ///
    /// Where the project is no Git checkout, every file below the folder counts. Fails with kind `Environment` on a
    /// symbolic link, an odd file name or a file that is too large.
    pub async fn read(project: &Project) -> Result<Self> {
        let in_git = project.root().ancestors().any(|folder| folder.join(".git").exists());
        let paths = if in_git {
            listed_by_git(project.root()).await?
        } else {
            walked(&project.root().join(Self::FOLDER))?
        };
        Self::collect(project.root(), paths)
    }

    /// A tree of the given files, by their path below `gitops/`.
    pub fn from_files<P: Into<String>, C: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, C)>) -> Self {
        Self { files: files.into_iter().map(|(path, content)| (path.into(), content.into())).collect() }
    }

    /// Its files, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, content)| (path.as_str(), content.as_slice()))
    }

    fn collect(root: &Path, paths: Vec<String>) -> Result<Self> {
        if paths.len() > MAX_FILES {
            return Err(Failure::new(
                Kind::Environment,
                format!("`{}` holds {} files, more than {MAX_FILES}", Self::FOLDER, paths.len()),
            ));
        }
        let mut files = BTreeMap::new();
        for path in paths {
            if let Some(content) = read_file(root, &path)? {
                files.insert(path, content);
            }
        }
        if files.is_empty() {
            return Err(Failure::new(Kind::Environment, format!("`{}` holds no files", Self::FOLDER)));
        }
        Ok(Self { files })
    }
}

/// The path a person knows a file of the tree by.
pub(super) fn place(path: &str) -> PathBuf {
    Path::new(Tree::FOLDER).join(path)
}

async fn listed_by_git(root: &Path) -> Result<Vec<String>> {
    let args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "."];
    let list = git::output(&root.join(Tree::FOLDER), &args).await.map_err(|error| {
        error.into_failure(Kind::Tool, format!("cannot list the files of `{}`", Tree::FOLDER))
    })?;
    let mut paths: Vec<String> =
        list.trim_end_matches('\n').split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    paths.sort();
    // A file in a merge conflict is listed once per stage.
    paths.dedup();
    Ok(paths)
}

fn walked(folder: &Path) -> Result<Vec<String>> {
    fn walk(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> std::io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                walk(&entry.path(), &format!("{path}/"), paths)?;
            } else {
                paths.push(path);
            }
        }
        Ok(())
    }
    let mut paths = Vec::new();
    walk(folder, "", &mut paths)
        .with_context(Kind::Environment, || format!("read `{}`", folder.display()))?;
    Ok(paths)
}

/// The content of one file; `None` for one that is tracked but deleted.
fn read_file(root: &Path, path: &str) -> Result<Option<Vec<u8>>> {
    let at = || Location { file: place(path), position: None };
    let refuse = |why: String| Err(Failure::new(Kind::Environment, why).at(at()));
    if path.chars().any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER) {
        return refuse("its name holds control characters or is not UTF-8".to_owned());
    }
    let full = root.join(Tree::FOLDER).join(path);
    let kind = match std::fs::symlink_metadata(&full) {
        Ok(kind) => kind,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Failure::new(Kind::Environment, "cannot read it").at(at()).caused_by(&error));
        }
    };
    if !kind.is_file() {
        return refuse("only plain files may stand in the tree, no symbolic links".to_owned());
    }
    if kind.len() > MAX_FILE {
        return refuse(format!("it has {} bytes, more than {MAX_FILE}", kind.len()));
    }
    let content = std::fs::read(&full);
    content
        .map(Some)
        .map_err(|error| Failure::new(Kind::Environment, "cannot read it").at(at()).caused_by(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sandbox(tempfile::TempDir);

    impl Sandbox {
        fn new() -> Self {
            let sandbox = Self(tempfile::tempdir().unwrap());
            sandbox.write("envs/local.toml", "");
            sandbox.write("gitops/b/two.yaml", "two: 2\n");
            sandbox.write("gitops/a.yaml", "one: 1\n");
            sandbox
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.0.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }

        async fn git(&self, args: &[&str]) {
            let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
            git::output(self.0.path(), &[&identity, args].concat()).await.unwrap();
        }

        async fn read(&self) -> Result<Vec<String>> {
            let tree = Tree::read(&Project::find(self.0.path())?).await?;
            Ok(tree.files().map(|(path, _)| path.to_owned()).collect())
        }
    }

    #[tokio::test]
    async fn without_git_every_file_counts() {
        assert_eq!(Sandbox::new().read().await.unwrap(), ["a.yaml", "b/two.yaml"]);
    }

    #[tokio::test]
    async fn git_decides_what_counts() {
        let sandbox = Sandbox::new();
        sandbox.write(".gitignore", "*.tmp\n");
        sandbox.git(&["init", "-q"]).await;
        sandbox.git(&["add", "."]).await;
        sandbox.git(&["commit", "-qm", "x"]).await;
        sandbox.write("gitops/ignored.tmp", "");
        sandbox.write("gitops/new ü.yaml", "");
        std::fs::remove_file(sandbox.0.path().join("gitops/a.yaml")).unwrap();
        assert_eq!(sandbox.read().await.unwrap(), ["b/two.yaml", "new ü.yaml"]);
    }

    #[tokio::test]
    async fn a_symbolic_link_is_refused_by_name() {
        let sandbox = Sandbox::new();
        std::os::unix::fs::symlink("/etc/passwd", sandbox.0.path().join("gitops/b/link.yaml")).unwrap();
        let failure = sandbox.read().await.unwrap_err();
        assert_eq!(failure.location.unwrap().to_string(), "gitops/b/link.yaml");
    }

    #[tokio::test]
    async fn what_is_too_large_or_oddly_named_is_refused() {
        let sandbox = Sandbox::new();
        sandbox.write("gitops/line\nbreak.yaml", "");
        assert!(sandbox.read().await.unwrap_err().message.contains("control characters"));
        let sandbox = Sandbox::new();
        sandbox.write("gitops/big.yaml", &" ".repeat(1 + (1 << 20)));
        assert!(sandbox.read().await.unwrap_err().message.contains("more than"));
    }

    #[tokio::test]
    async fn an_empty_tree_is_refused() {
        let sandbox = Sandbox::new();
        std::fs::remove_dir_all(sandbox.0.path().join("gitops")).unwrap();
        std::fs::create_dir(sandbox.0.path().join("gitops")).unwrap();
        assert_eq!(sandbox.read().await.unwrap_err().message, "`gitops` holds no files");
    }
}
