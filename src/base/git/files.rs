//! Reads many files at once: their content in a commit, and their hashes in the work tree.

use std::{collections::BTreeMap, io::Read};

use super::{Repository, cannot};
use crate::base::{
    failure::{Context, Kind, Result},
    tool::ToolError,
};

impl Repository {
    /// The files of `commit` at and below `paths`, as they are stored. Missing paths are skipped.
    pub async fn read(&self, commit: &str, paths: &[&str]) -> Result<BTreeMap<String, Vec<u8>>> {
        let listed = self.list(commit, ".").await?;
        let exists =
            |path: &&&str| listed.keys().any(|file| file == **path || file.starts_with(&format!("{path}/")));
        let paths: Vec<&str> = paths.iter().filter(exists).copied().collect();
        if paths.is_empty() {
            return Ok(BTreeMap::new());
        }
        let what = || format!("read the files of the commit {commit}");
        let file = tempfile::NamedTempFile::new().with_context(Kind::Tool, what)?;
        let output = format!("--output={}", file.path().display());
        let mut args = vec!["archive", "--format=tar", &output, commit, "--"];
        args.extend(&paths);
        self.run(&args).await.map_err(|error| cannot(error, &what()))?;
        unpack(&file).with_context(Kind::Tool, what)
    }

    /// Every file of the work tree that is not ignored, each path with the blob that it would become; `None`
    /// outside a repository or without Git.
    pub async fn list_work_tree(&self) -> Result<Option<BTreeMap<String, String>>> {
        let args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "."];
        let listed = match self.run(&args).await {
            Ok(listed) => listed,
            Err(ToolError::Exited { .. } | ToolError::Missing { .. }) => return Ok(None),
            Err(error) => return Err(cannot(error, "list the files of the work tree")),
        };
        let exists = |path: &&str| !path.is_empty() && !path.contains('\n') && self.root.join(path).is_file();
        let mut paths: Vec<&str> = listed.trim_end_matches('\n').split('\0').filter(exists).collect();
        paths.sort_unstable();
        paths.dedup();
        let git = self.git(&["hash-object", "--stdin-paths"]).stdin(format!("{}\n", paths.join("\n")));
        let ended = git.capture().await.map_err(|error| cannot(error, "hash the files of the work tree"))?;
        let blobs = ended.stdout.lines().map(str::to_owned);
        Ok(Some(paths.into_iter().map(str::to_owned).zip(blobs).collect()))
    }
}

fn unpack(file: &tempfile::NamedTempFile) -> std::io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
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
