//! What stands in commits, in the settings, and in the work tree.

use std::{collections::BTreeMap, path::Path};

use super::{Repository, cannot};
use crate::base::failure::{Context, Kind, Result};

impl Repository {
    /// The commit that `name` means, if it means one.
    pub async fn commit_of(&self, name: &str) -> Result<Option<String>> {
        let wanted = format!("{name}^{{commit}}");
        let found = self.maybe(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]).await?;
        Ok(found.map(|text| text.trim().to_owned()))
    }

    /// The text of `file` in `commit`; `None` where there is none.
    pub async fn show(&self, commit: &str, file: &Path) -> Result<Option<String>> {
        let files = self.list(commit, &file.to_string_lossy()).await?;
        let Some(blob) = files.values().next() else { return Ok(None) };
        self.blob(blob).await.map(Some)
    }

    /// The text of a blob, each line of it ended.
    pub async fn blob(&self, blob: &str) -> Result<String> {
        self.ask(&["cat-file", "blob", blob]).await.map_err(|error| cannot(error, "read a file from Git"))
    }

    /// The files of `commit` that are `path` or lie below it: their path to their blob.
    pub async fn list(&self, commit: &str, path: &str) -> Result<BTreeMap<String, String>> {
        let list = self.ask(&["ls-tree", "-r", "-z", "--full-tree", commit, "--", path]).await;
        let list = list.map_err(|error| cannot(error, &format!("list `{path}` of the commit {commit}")))?;
        // `<mode> SP blob SP <id> TAB <path>`, each ended by NUL.
        let entry = |entry: &str| {
            let (about, path) = entry.split_once('\t')?;
            Some((path.to_owned(), about.split(' ').nth(2)?.to_owned()))
        };
        Ok(list.trim_end_matches('\n').split('\0').filter_map(entry).collect())
    }

    /// The blob that `file` of the work tree would be.
    pub async fn blob_of(&self, file: &str) -> Result<String> {
        let blob = self.ask(&["hash-object", "--", file]).await;
        blob.map(|text| text.trim().to_owned()).map_err(|error| cannot(error, &format!("hash `{file}`")))
    }

    /// Lays the files of `folder` in `commit` out below `target`, byte by byte.
    pub async fn export(&self, commit: &str, folder: &str, target: &Path) -> Result<()> {
        let index = tempfile::tempdir().context(Kind::Tool, "make a folder for an index")?;
        let tree = format!("{commit}:{folder}");
        let prefix = format!("--prefix={}/{folder}/", target.display());
        for args in [["read-tree", &tree].as_slice(), &["checkout-index", "--all", &prefix]] {
            let git = self.git_beside(&index.path().join("index"), args);
            git.capture().await.map_err(|error| cannot(error, &format!("read `{folder}` of {commit}")))?;
        }
        Ok(())
    }

    /// Files of the work tree below `paths` that differ from the commit, also new ones.
    pub async fn edited(&self, paths: &[&str]) -> Result<Vec<String>> {
        let mut args = vec!["status", "--porcelain", "--untracked-files=normal", "--"];
        args.extend(paths);
        let changed =
            self.ask(&args).await.map_err(|error| cannot(error, "ask Git for uncommitted changes"))?;
        Ok(changed.lines().filter_map(|line| Some(line.get(3..)?.to_owned())).collect())
    }

    /// Who works here: `Name <address>`.
    pub async fn who(&self) -> Result<String> {
        let who = self.ask(&["var", "GIT_COMMITTER_IDENT"]).await;
        let who = who.map_err(|error| {
            cannot(error, "tell who promotes")
                .hint("set your name and address: git config user.name NAME, git config user.email ADDRESS")
        })?;
        // The time of day follows the address.
        Ok(who.rsplit_once('>').map_or(who.trim().to_owned(), |(who, _)| format!("{who}>")))
    }

    /// The setting `name`.
    pub async fn setting(&self, name: &str) -> Result<Option<String>> {
        Ok(self.maybe(&["config", "--get", name]).await?.map(|value| value.trim().to_owned()))
    }
}
