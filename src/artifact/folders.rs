//! The directories that a path with variables can select. Pure.

use std::collections::BTreeSet;

use super::build::Files;

/// Returns the directories of `files` that `path` matches, sorted. A segment with a variable matches any text in
/// place of the variable.
pub(super) fn folders(files: &Files, path: &str) -> Vec<String> {
    let wanted: Vec<&str> = path.split('/').filter(|segment| !matches!(*segment, "" | ".")).collect();
    if !path.contains("${") {
        return vec![path.to_owned()];
    }
    let mut found = BTreeSet::new();
    for file in files.keys() {
        let segments: Vec<&str> = file.split('/').collect();
        // The last segment is the name of the file.
        let matches = segments.len() > wanted.len()
            && wanted.iter().zip(&segments).all(|(want, have)| is_match(want, have));
        if matches {
            found.insert(format!("./{}", segments[..wanted.len()].join("/")));
        }
    }
    found.into_iter().collect()
}

/// Whether `text` is `pattern` with any text for each variable.
fn is_match(pattern: &str, text: &str) -> bool {
    let Some((before, rest)) = pattern.split_once("${") else { return pattern == text };
    let Some((_, after)) = rest.split_once('}') else { return pattern == text };
    let Some(text) = text.strip_prefix(before) else { return false };
    (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| is_match(after, &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_selects_every_directory() {
        let files = ["s/a/x.yaml", "s/b/c/x.yaml", "s/x.yaml", "t/eu-1/a/x.yaml", "t/eu-2/b/x.yaml"];
        let files: Files = files.map(|path| (path.to_owned(), Vec::new())).into();
        assert_eq!(folders(&files, "./s/${ENVIRONMENT}"), ["./s/a", "./s/b"]);
        assert_eq!(folders(&files, "t/eu-${ZONE}/a/"), ["./t/eu-1/a"]);
        assert_eq!(folders(&files, "./s"), ["./s"]);
        assert_eq!(folders(&files, "./none/${X}"), [""; 0]);
    }
}
