//! Reads the files of a commit or of the work tree through Git, with their hashes.

use std::{collections::BTreeMap, path::Path};

use crate::{
    base::{
        failure::{Context, Kind, Result},
        git::command,
        tool::ToolError,
    },
    compare::build::Files,
};

async fn git(root: &Path, args: &[&str], stdin: Option<String>) -> Result<String, ToolError> {
    let git = command(root, args);
    let git = match stdin {
        Some(text) => git.stdin(text),
        None => git,
    };
    git.capture().await.map(|captured| captured.stdout)
}

/// Resolves `revision` to a commit, 40 or 64 hex digits; `None` if there is none.
pub(super) async fn commit(root: &Path, revision: &str) -> Result<Option<String>> {
    if revision.starts_with('-') {
        return Ok(None);
    }
    match git(root, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")], None).await {
        Ok(commit) => Ok(Some(commit.trim().to_owned())),
        Err(ToolError::Exited { .. }) => Ok(None),
        Err(error) => Err(error.into_failure(Kind::Tool, "cannot resolve a Git revision")),
    }
}

/// Returns the short hash and the subject of `commit`.
pub(super) async fn subject(root: &Path, commit: &str) -> Result<String> {
    let logged = git(root, &["log", "-1", "--format=%h %s", commit], None).await;
    logged
        .map(|text| text.trim().to_owned())
        .map_err(|error| error.into_failure(Kind::Tool, "cannot read the subject of a commit"))
}

/// Returns every file of `commit` with the hash of its content.
pub(super) async fn list(root: &Path, commit: &str) -> Result<BTreeMap<String, String>> {
    let listed = git(root, &["ls-tree", "-r", "-z", commit], None).await;
    let listed =
        listed.map_err(|error| error.into_failure(Kind::Tool, "cannot list the files of a commit"))?;
    let entry = |entry: &str| {
        let (metadata, path) = entry.split_once('\t')?;
        Some((path.to_owned(), metadata.rsplit(' ').next()?.to_owned()))
    };
    Ok(listed.split('\0').filter_map(entry).collect())
}

/// Returns every file of the work tree that is not ignored, with the hash of its content; `None` outside a Git
/// repository.
pub(super) async fn list_work_tree(root: &Path) -> Result<Option<BTreeMap<String, String>>> {
    let listed =
        git(root, &["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "."], None).await;
    let listed = match listed {
        Ok(listed) => listed,
        Err(ToolError::Exited { .. } | ToolError::Missing { .. }) => return Ok(None),
        Err(error) => return Err(error.into_failure(Kind::Tool, "cannot list the files of the work tree")),
    };
    let exists = |path: &&str| !path.is_empty() && !path.contains('\n') && root.join(path).is_file();
    let mut paths: Vec<&str> = listed.trim_end_matches('\n').split('\0').filter(exists).collect();
    paths.sort_unstable();
    paths.dedup();
    let hashes = git(root, &["hash-object", "--stdin-paths"], Some(format!("{}\n", paths.join("\n")))).await;
    let hashes =
        hashes.map_err(|error| error.into_failure(Kind::Tool, "cannot hash the files of the work tree"))?;
    Ok(Some(paths.into_iter().map(str::to_owned).zip(hashes.lines().map(str::to_owned)).collect()))
}

/// Returns the files of `commit` at and below `paths`, as they are stored. Missing paths are skipped.
pub(super) async fn read(root: &Path, commit: &str, paths: &[&str]) -> Result<Files> {
    let listed = list(root, commit).await?;
    let exists =
        |path: &&&str| listed.keys().any(|file| file == **path || file.starts_with(&format!("{path}/")));
    let paths: Vec<&str> = paths.iter().filter(exists).copied().collect();
    if paths.is_empty() {
        return Ok(Files::new());
    }
    let what = || format!("read the files of {commit}");
    let file = tempfile::NamedTempFile::new().with_context(Kind::Tool, what)?;
    let output = format!("--output={}", file.path().display());
    let mut args = vec!["archive", "--format=tar", &output, commit, "--"];
    args.extend(&paths);
    git(root, &args, None).await.map_err(|error| error.into_failure(Kind::Tool, what()))?;
    unpack(&file).with_context(Kind::Tool, what)
}

fn unpack(file: &tempfile::NamedTempFile) -> std::io::Result<Files> {
    use std::io::Read;
    let mut files = Files::new();
    let mut archive = tar::Archive::new(file.reopen()?);
    for entry in archive.entries()? {
        let mut entry = entry?;
        if entry.header().entry_type().is_file() {
            let path = entry.path()?.to_string_lossy().into_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            files.insert(path, content);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("gitops")).unwrap();
        std::fs::write(folder.path().join("gitops/a.yaml"), b"a: 1\r\n\xff").unwrap();
        std::fs::write(folder.path().join("b"), "b").unwrap();
        for args in [&["init", "-q"][..], &["add", "."], &["commit", "-qm", "first"]] {
            let args = [&["-c", "user.name=t", "-c", "user.email=t@example.org"], args].concat();
            git(folder.path(), &args, None).await.unwrap();
        }
        folder
    }

    #[tokio::test]
    async fn files_of_a_commit_are_read_unchanged() {
        let folder = repository().await;
        let head = commit(folder.path(), "HEAD").await.unwrap().unwrap();
        assert!(subject(folder.path(), &head).await.unwrap().ends_with(" first"));
        assert_eq!(commit(folder.path(), "nothing").await.unwrap(), None);
        assert_eq!(commit(folder.path(), "--all").await.unwrap(), None);
        let files = read(folder.path(), &head, &["gitops", "absent"]).await.unwrap();
        assert_eq!(files, Files::from([("gitops/a.yaml".to_owned(), b"a: 1\r\n\xff".to_vec())]));
    }

    #[tokio::test]
    async fn the_work_tree_has_the_hashes_of_git() {
        let folder = repository().await;
        let head = list(folder.path(), "HEAD").await.unwrap();
        assert_eq!(list_work_tree(folder.path()).await.unwrap().unwrap(), head);
        std::fs::write(folder.path().join("b"), "c").unwrap();
        std::fs::write(folder.path().join("new"), "c").unwrap();
        std::fs::remove_file(folder.path().join("gitops/a.yaml")).unwrap();
        let now = list_work_tree(folder.path()).await.unwrap().unwrap();
        assert_eq!(now.keys().collect::<Vec<_>>(), ["b", "new"]);
        assert!(now["b"] == now["new"] && now["b"] != head["b"]);
        assert_eq!(list_work_tree(tempfile::tempdir().unwrap().path()).await.unwrap(), None);
    }
}
