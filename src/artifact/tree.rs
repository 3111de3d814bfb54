//! Reads the `gitops/` tree from the work tree: the files that Git tracks or would track, without
//! documentation.

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

/// The largest file in bytes. A larger one is not a manifest and was added by mistake.
const MAX_FILE: u64 = 1 << 20;
/// The largest number of files.
const MAX_FILES: usize = 2000;

/// The files of the tree, by path relative to `gitops/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    pub(super) files: BTreeMap<String, Vec<u8>>,
}

impl Tree {
    /// The directory of the tree, relative to the project's root.
    pub const FOLDER: &str = "gitops";

    /// Reads the tree of `project` with uncommitted edits and without ignored files and Markdown files.
    ///
    /// Outside a Git checkout, every file in the directory is read. Fails with kind `Environment` on a symbolic
    /// link, an invalid file name or a file that is too large.
    pub async fn read(project: &Project) -> Result<Self> {
        let in_git = project.root().ancestors().any(|folder| folder.join(".git").exists());
        let paths = if in_git {
            listed_by_git(project.root()).await?
        } else {
            walked(&project.root().join(Self::FOLDER))?
        };
        Self::collect(project.root(), paths)
    }

    /// A tree of the given files, by path relative to `gitops/`.
    pub fn from_files<P: Into<String>, C: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, C)>) -> Self {
        Self { files: files.into_iter().map(|(path, content)| (path.into(), content.into())).collect() }
    }

    /// The files, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, content)| (path.as_str(), content.as_slice()))
    }

    fn collect(root: &Path, mut paths: Vec<String>) -> Result<Self> {
        paths.retain(|path| !is_documentation(path));
        if paths.len() > MAX_FILES {
            return Err(Failure::new(
                Kind::Environment,
                format!("`{}` has {} files, more than {MAX_FILES}", Self::FOLDER, paths.len()),
            ));
        }
        let mut files = BTreeMap::new();
        for path in paths {
            if let Some(content) = read_file(root, &path)? {
                files.insert(path, content);
            }
        }
        if files.is_empty() {
            return Err(Failure::new(Kind::Environment, format!("`{}` has no files", Self::FOLDER)));
        }
        Ok(Self { files })
    }
}

/// The path of a file of the tree for messages, relative to the project's root.
pub(super) fn display_path(path: &str) -> PathBuf {
    Path::new(Tree::FOLDER).join(path)
}

/// Whether `path` is documentation of the tree, which is not packed.
fn is_documentation(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "md")
}

async fn listed_by_git(root: &Path) -> Result<Vec<String>> {
    let args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "."];
    let list = git::output(&root.join(Tree::FOLDER), &args).await.map_err(|error| {
        error.into_failure(Kind::Tool, format!("cannot list the files of `{}`", Tree::FOLDER))
    })?;
    let mut paths: Vec<String> =
        list.trim_end_matches('\n').split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    paths.sort();
    // Git lists a file with a merge conflict once per stage.
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
        .with_context(Kind::Environment, || format!("cannot read `{}`", folder.display()))?;
    Ok(paths)
}

/// The content of one file; `None` if it is tracked but deleted.
fn read_file(root: &Path, path: &str) -> Result<Option<Vec<u8>>> {
    let at = || Location { file: display_path(path), position: None };
    let refuse = |why: String| Err(Failure::new(Kind::Environment, why).at(at()));
    if path.chars().any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER) {
        return refuse("the file name contains control characters or is not UTF-8".to_owned());
    }
    let full = root.join(Tree::FOLDER).join(path);
    let kind = match std::fs::symlink_metadata(&full) {
        Ok(kind) => kind,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Failure::new(Kind::Environment, "cannot read the file").at(at()).caused_by(&error));
        }
    };
    if !kind.is_file() {
        return refuse("the tree must contain only regular files, no symbolic links".to_owned());
    }
    if kind.len() > MAX_FILE {
        return refuse(format!("the file has {} bytes, more than {MAX_FILE}", kind.len()));
    }
    let content = std::fs::read(&full);
    content
        .map(Some)
        .map_err(|error| Failure::new(Kind::Environment, "cannot read the file").at(at()).caused_by(&error))
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
    async fn without_git_every_file_is_read() {
        assert_eq!(Sandbox::new().read().await.unwrap(), ["a.yaml", "b/two.yaml"]);
    }

    #[tokio::test]
    async fn markdown_files_are_not_packed() {
        let sandbox = Sandbox::new();
        sandbox.write("gitops/README.md", "# The tree\n");
        sandbox.write("gitops/b/notes.md", "");
        assert_eq!(sandbox.read().await.unwrap(), ["a.yaml", "b/two.yaml"]);
    }

    #[tokio::test]
    async fn ignored_and_deleted_files_are_not_read() {
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
    async fn a_symbolic_link_is_refused() {
        let sandbox = Sandbox::new();
        std::os::unix::fs::symlink("/etc/passwd", sandbox.0.path().join("gitops/b/link.yaml")).unwrap();
        let failure = sandbox.read().await.unwrap_err();
        assert_eq!(failure.location.unwrap().to_string(), "gitops/b/link.yaml");
    }

    #[tokio::test]
    async fn large_files_and_invalid_names_are_refused() {
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
        assert_eq!(sandbox.read().await.unwrap_err().message, "`gitops` has no files");
    }
}
