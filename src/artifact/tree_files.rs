//! The files of the `gitops/` directory: which ones belong to the tree, and what they contain.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::base::{
    failure::{Context, Failure, Kind, Location, Result},
    git,
};

/// The directory of the tree, relative to the project's root.
pub(super) const FOLDER: &str = "gitops";
/// The largest file in bytes. A larger one is not a manifest and was added by mistake.
const MAX_FILE: u64 = 1 << 20;
/// Git looks for a NUL in as many bytes to tell binary content from text.
const SNIFFED: usize = 8000;

/// The files that Git tracks or would track, relative to `gitops/` and sorted.
pub(super) async fn listed_by_git(root: &Path) -> Result<Vec<String>> {
    let args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "."];
    let list = git::output(&root.join(FOLDER), &args)
        .await
        .map_err(|error| error.into_failure(Kind::Tool, format!("cannot list the files of `{FOLDER}`")))?;
    let mut paths: Vec<String> =
        list.trim_end_matches('\n').split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    paths.sort();
    // Git lists a file with a merge conflict once per stage.
    paths.dedup();
    Ok(paths)
}

/// The files below `gitops/` of a project outside Git, without those that a `.gitignore` of the project names:
/// the repository may be elsewhere (`git --git-dir`), and an ignored file may be a secret.
pub(super) fn walked(root: &Path) -> Result<Vec<String>> {
    let folder = root.join(FOLDER);
    let mut walk = WalkBuilder::new(root);
    walk.standard_filters(false).git_ignore(true).require_git(false).sort_by_file_name(Ord::cmp);
    let inside = folder.clone();
    walk.filter_entry(move |entry| entry.depth() == 0 || entry.path().starts_with(&inside));
    let mut paths = Vec::new();
    for entry in walk.build() {
        let entry =
            entry.with_context(Kind::Environment, || format!("cannot read `{}`", folder.display()))?;
        let is_folder = entry.file_type().is_none_or(|kind| kind.is_dir());
        let Ok(path) = entry.path().strip_prefix(&folder) else { continue };
        let path = path.to_string_lossy().into_owned();
        if let Some(inner) =
            path.strip_suffix(".git").filter(|inner| inner.is_empty() || inner.ends_with('/'))
        {
            return Err(not_a_file(inner, &folder.join(inner)));
        }
        if !is_folder {
            paths.push(path);
        }
    }
    Ok(paths)
}

/// The content of one file; `None` if it is tracked but deleted.
pub(super) fn read_file(root: &Path, path: &str) -> Result<Option<Vec<u8>>> {
    let refuse = |why: String| Err(Failure::new(Kind::Environment, why).at(at(path)));
    if path.chars().any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER) {
        return refuse("the file name contains control characters or is not UTF-8".to_owned());
    }
    // The longest names that every archive format can hold: 100 bytes, and 155 for the directories.
    if tar::Header::new_ustar().set_path(path).is_err() {
        return Err(Failure::new(
            Kind::Environment,
            format!("the path is too long, it has {} bytes", path.len()),
        )
        .at(at(path))
        .hint("a name may have 100 bytes, and all its directories 155"));
    }
    let full = root.join(FOLDER).join(path);
    let kind = match std::fs::symlink_metadata(&full) {
        Ok(kind) => kind,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => {
            return Err(Failure::new(Kind::Environment, "cannot read the file")
                .at(at(path))
                .caused_by(&error));
        }
    };
    if kind.is_dir() && replaces_a_file(path, &full) {
        return Ok(None);
    }
    if !kind.is_file() {
        return Err(not_a_file(path, &full));
    }
    if kind.len() > MAX_FILE {
        return refuse(format!("the file has {} bytes, more than {MAX_FILE}", kind.len()));
    }
    let content = std::fs::read(&full).map_err(|error| {
        Failure::new(Kind::Environment, "cannot read the file").at(at(path)).caused_by(&error)
    })?;
    match byte_order_mark(&content) {
        Some(encoding) => Err(Failure::new(
            Kind::Environment,
            format!("the file begins with a byte-order mark ({encoding})"),
        )
        .at(at(path))
        .hint("save it as UTF-8 without a byte-order mark")),
        None => Ok(Some(content)),
    }
}

/// The content with line feeds only, if it is text: a checkout with `core.autocrlf` has the same digest.
pub(super) fn with_line_feeds(content: Vec<u8>) -> Vec<u8> {
    let is_binary = content.iter().take(SNIFFED).any(|byte| *byte == 0);
    if is_binary || !content.windows(2).any(|pair| pair == b"\r\n") {
        return content;
    }
    let mut bytes = content.iter().copied().peekable();
    let mut text = Vec::with_capacity(content.len());
    while let Some(byte) = bytes.next() {
        if byte != b'\r' || bytes.peek() != Some(&b'\n') {
            text.push(byte);
        }
    }
    text
}

/// The path of a file of the tree for messages, relative to the project's root.
pub(super) fn display_path(path: &str) -> PathBuf {
    Path::new(FOLDER).join(path)
}

fn at(path: &str) -> Location {
    Location { file: display_path(path), position: None }
}

/// Whether nothing has this path any more: a parent may have become a file.
fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

/// Whether a tracked file was deleted and its name is now that of an ordinary directory.
fn replaces_a_file(path: &str, full: &Path) -> bool {
    let is_empty = std::fs::read_dir(full).is_ok_and(|mut entries| entries.next().is_none());
    !path.ends_with('/') && !full.join(".git").exists() && !is_empty
}

/// The failure for something else than a regular file, called by its name.
fn not_a_file(path: &str, full: &Path) -> Failure {
    let kind = std::fs::symlink_metadata(full).map(|found| found.file_type());
    let (what, hint) = match kind {
        Ok(kind) if kind.is_symlink() => ("a symbolic link", "replace it by a copy of its target"),
        // A submodule's `.git` is a file; one that is not checked out is an empty directory.
        Ok(kind) if kind.is_dir() && !full.join(".git").is_dir() => {
            ("a Git submodule", "add its files to this repository, or move it out of the tree")
        }
        Ok(kind) if kind.is_dir() => (
            "a nested Git repository",
            "remove its `.git` to make its files part of the tree, or move it out of the tree",
        ),
        _ => ("neither a file nor a directory", "remove it, or move it out of the tree"),
    };
    Failure::new(Kind::Environment, format!("the tree must contain only regular files, this is {what}"))
        .at(at(path.trim_end_matches('/')))
        .hint(hint)
}

fn byte_order_mark(content: &[u8]) -> Option<&'static str> {
    let marks: [(&[u8], &str); 3] =
        [(b"\xef\xbb\xbf", "UTF-8"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")];
    marks.into_iter().find(|(mark, _)| content.starts_with(mark)).map(|(_, encoding)| encoding)
}
