//! Reads the `gitops/` tree from the work tree: the files that Git tracks or would track, without
//! documentation.

use std::{collections::BTreeMap, path::Path};

pub(super) use super::tree_files::display_path;
use super::tree_files::{FOLDER, listed_by_git, read_file, walked, with_line_feeds};
use crate::{
    base::failure::{Failure, Kind, Result},
    config::Project,
};

/// The largest number of files.
const MAX_FILES: usize = 2000;

/// The files of the tree, by path relative to `gitops/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    pub(super) files: BTreeMap<String, Vec<u8>>,
}

impl Tree {
    /// The directory of the tree, relative to the project's root.
    pub const FOLDER: &str = FOLDER;

    /// Reads the tree of `project` with uncommitted edits and without ignored files and Markdown files.
    ///
    /// Outside a Git checkout, every file is read that no `.gitignore` names. Text has line feeds only. Fails with
    /// kind `Environment` on anything but a regular file, an invalid name, or a file that is too large.
    pub async fn read(project: &Project) -> Result<Self> {
        let in_git = project.root().ancestors().any(|folder| folder.join(".git").exists());
        let paths = if in_git { listed_by_git(project.root()).await? } else { walked(project.root())? };
        Self::collect(project.root(), paths)
    }

    /// A tree of the given files, by path relative to `gitops/`.
    pub fn from_files<P: Into<String>, C: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, C)>) -> Self {
        Self {
            files: files
                .into_iter()
                .map(|(path, content)| (path.into(), with_line_feeds(content.into())))
                .collect(),
        }
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
                files.insert(path, with_line_feeds(content));
            }
        }
        if files.is_empty() {
            return Err(Failure::new(Kind::Environment, format!("`{}` has no files", Self::FOLDER)));
        }
        Ok(Self { files })
    }
}

/// Whether `path` is documentation of the tree, which is not packed.
fn is_documentation(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "md")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::git;

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
        assert!(failure.message.ends_with("this is a symbolic link"), "{failure:?}");
        assert_eq!(failure.location.unwrap().to_string(), "gitops/b/link.yaml");
    }

    #[tokio::test]
    async fn nested_repositories_and_submodules_have_their_name() {
        let sandbox = Sandbox::new();
        sandbox.git(&["init", "-q"]).await;
        sandbox.write("gitops/inner/c.yaml", "c: 3\n");
        sandbox.git(&["init", "-q", "gitops/inner"]).await;
        let failure = sandbox.read().await.unwrap_err();
        assert!(failure.message.ends_with("a nested Git repository"), "{failure:?}");
        assert_eq!(failure.location.unwrap().to_string(), "gitops/inner");
        let inner = sandbox.0.path().join("gitops/inner");
        std::fs::rename(inner.join(".git"), sandbox.0.path().join("modules")).unwrap();
        std::fs::write(
            inner.join(".git"),
            format!("gitdir: {}\n", sandbox.0.path().join("modules").display()),
        )
        .unwrap();
        let failure = sandbox.read().await.unwrap_err();
        assert!(failure.message.ends_with("a Git submodule"), "{failure:?}");
    }

    #[tokio::test]
    async fn submodule_that_is_not_checked_out_has_its_name() {
        let sandbox = Sandbox::new();
        sandbox.git(&["init", "-q"]).await;
        sandbox.git(&["add", "."]).await;
        sandbox.git(&["commit", "-qm", "x"]).await;
        let entry = format!("160000,{},gitops/module", "1".repeat(40));
        sandbox.git(&["update-index", "--add", "--cacheinfo", &entry]).await;
        assert_eq!(sandbox.read().await.unwrap(), ["a.yaml", "b/two.yaml"], "absent, like a deleted file");
        std::fs::create_dir(sandbox.0.path().join("gitops/module")).unwrap();
        let failure = sandbox.read().await.unwrap_err();
        assert!(failure.message.ends_with("a Git submodule"), "{failure:?}");
    }

    #[tokio::test]
    async fn repository_below_a_project_outside_git_is_refused() {
        let sandbox = Sandbox::new();
        sandbox.write("gitops/inner/.git/config", "");
        let failure = sandbox.read().await.unwrap_err();
        assert!(failure.message.ends_with("a nested Git repository"), "{failure:?}");
        assert_eq!(failure.location.unwrap().to_string(), "gitops/inner");
    }

    #[tokio::test]
    async fn ignored_files_are_not_read_outside_git_either() {
        let sandbox = Sandbox::new();
        sandbox.write(".gitignore", "secret.yaml\n");
        sandbox.write("gitops/b/.gitignore", "*.plain\n!kept.plain\n");
        for ignored in
            ["gitops/secret.yaml", "gitops/b/x.plain", "gitops/b/kept.plain", "gitops/.hidden.yaml"]
        {
            sandbox.write(ignored, "x: 1\n");
        }
        assert_eq!(
            sandbox.read().await.unwrap(),
            [".hidden.yaml", "a.yaml", "b/.gitignore", "b/kept.plain", "b/two.yaml"]
        );
    }

    #[tokio::test]
    async fn line_ends_of_text_do_not_change_the_tree() {
        let (unix, dos) = (Sandbox::new(), Sandbox::new());
        for (sandbox, text) in [(&unix, "a: |\n  x\n"), (&dos, "a: |\r\n  x\r\n")] {
            sandbox.write("gitops/text.yaml", text);
            sandbox.write("gitops/picture.bin", "\0\r\n");
        }
        let read =
            async |sandbox: &Sandbox| Tree::read(&Project::find(sandbox.0.path()).unwrap()).await.unwrap();
        let tree = read(&dos).await;
        assert_eq!(tree, read(&unix).await);
        assert_eq!(tree.files["picture.bin"], b"\0\r\n", "binary content is kept");
        assert_eq!(Tree::from_files([("a", "x\r\ny\rz\n")]), Tree::from_files([("a", "x\ny\rz\n")]));
    }

    #[tokio::test]
    async fn byte_order_marks_and_long_paths_are_refused() {
        let sandbox = Sandbox::new();
        sandbox.write("gitops/b/two.yaml", "\u{feff}two: 2\n");
        let failure = sandbox.read().await.unwrap_err();
        assert_eq!(failure.message, "the file begins with a byte-order mark (UTF-8)");
        assert_eq!(failure.location.unwrap().to_string(), "gitops/b/two.yaml");
        let sandbox = Sandbox::new();
        sandbox.write(&format!("gitops/{0}/{0}.yaml", "d".repeat(150)), "a: 1\n");
        assert_eq!(sandbox.read().await.unwrap_err().message, "the path is too long, it has 306 bytes");
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
