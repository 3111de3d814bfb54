//! Reads commits, settings and the state of the work tree.

use std::{collections::BTreeMap, path::Path};

use super::{INDEX, Repository, cannot};
use crate::base::failure::{Context, Kind, Result};

impl Repository {
    /// Resolves `name` to a commit; `None` if no such commit exists.
    pub async fn commit_of(&self, name: &str) -> Result<Option<String>> {
        let wanted = format!("{name}^{{commit}}");
        let found = self.query(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]).await?;
        Ok(found.map(|text| text.trim().to_owned()))
    }

    /// The short hash and the subject of `commit`.
    pub async fn subject(&self, commit: &str) -> Result<String> {
        let logged = self.run(&["log", "-1", "--format=%h %s", commit]).await;
        logged
            .map(|text| text.trim().to_owned())
            .map_err(|error| cannot(error, &format!("read the subject of the commit {commit}")))
    }

    /// The text of `file` in `commit`; `None` if the commit does not contain it.
    pub async fn show(&self, commit: &str, file: &Path) -> Result<Option<String>> {
        let files = self.list(commit, &file.to_string_lossy()).await?;
        let Some(blob) = files.values().next() else { return Ok(None) };
        self.blob(blob).await.map(Some)
    }

    /// The text of a blob; its last line always ends with a line feed.
    pub async fn blob(&self, blob: &str) -> Result<String> {
        self.run(&["cat-file", "blob", blob]).await.map_err(|error| cannot(error, "read a file from Git"))
    }

    /// The files of `commit` at or below `path`, each path with its blob; `.` lists all.
    pub async fn list(&self, commit: &str, path: &str) -> Result<BTreeMap<String, String>> {
        let list = self.run(&["ls-tree", "-r", "-z", commit, "--", path]).await;
        let list = list.map_err(|error| cannot(error, &format!("list `{path}` of the commit {commit}")))?;
        // `<mode> SP blob SP <id> TAB <path>`, each ended by NUL.
        let entry = |entry: &str| {
            let (about, path) = entry.split_once('\t')?;
            Some((path.to_owned(), about.split(' ').nth(2)?.to_owned()))
        };
        Ok(list.trim_end_matches('\n').split('\0').filter_map(entry).collect())
    }

    /// The hash of the blob that `file` of the work tree would become.
    pub async fn blob_of(&self, file: &str) -> Result<String> {
        let blob = self.run(&["hash-object", "--", file]).await;
        blob.map(|text| text.trim().to_owned()).map_err(|error| cannot(error, &format!("hash `{file}`")))
    }

    /// Writes the files of `folder` in `commit` below `target`, byte for byte.
    pub async fn export(&self, commit: &str, folder: &str, target: &Path) -> Result<()> {
        let index = tempfile::tempdir().context(Kind::Tool, "create a directory for an index")?;
        let tree = format!("{commit}:{folder}");
        let prefix = format!("--prefix={}/{folder}/", target.display());
        for args in [["read-tree", &tree].as_slice(), &["checkout-index", "--all", &prefix]] {
            let git = self.git(args).env(INDEX, index.path().join("index"));
            git.capture().await.map_err(|error| cannot(error, &format!("read `{folder}` of {commit}")))?;
        }
        Ok(())
    }

    /// The files of the work tree below `paths` that differ from the commit, including untracked files.
    pub async fn edited(&self, paths: &[&str]) -> Result<Vec<String>> {
        let mut args = vec!["status", "--porcelain", "--untracked-files=normal", "--"];
        args.extend(paths);
        let changed = self.run(&args).await.map_err(|error| cannot(error, "list uncommitted changes"))?;
        Ok(changed.lines().filter_map(|line| Some(line.get(3..)?.to_owned())).collect())
    }

    /// The committer: `Name <address>`.
    pub async fn committer(&self) -> Result<String> {
        let who = self.run(&["var", "GIT_COMMITTER_IDENT"]).await;
        let who = who.map_err(|error| {
            cannot(error, "determine the committer")
                .hint("set your name and address: git config user.name NAME, git config user.email ADDRESS")
        })?;
        // A timestamp follows the address.
        Ok(who.rsplit_once('>').map_or(who.trim().to_owned(), |(who, _)| format!("{who}>")))
    }

    /// The Git setting `name`.
    pub async fn setting(&self, name: &str) -> Result<Option<String>> {
        Ok(self.query(&["config", "--get", name]).await?.map(|value| value.trim().to_owned()))
    }
}
