//! Tests reading a directory: required files, ignored files, entity tags.

use std::fs;

use super::*;

fn dir_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    root
}

const REQUIRED: [(&str, &str); 2] = [("index.html", "<p>page</p>"), ("404.html", "<p>nothing</p>")];

#[test]
fn missing_required_file_is_named() {
    let root = dir_with(&[("index.html", "x")]);
    let error = Site::load(root.path()).unwrap_err().to_string();
    assert!(error.contains("404.html"), "{error}");
}

#[test]
fn missing_directory_is_named() {
    let error = Site::load(Path::new("/nowhere/at/all")).unwrap_err().to_string();
    assert!(error.contains("/nowhere/at/all"), "{error}");
}

#[test]
fn nested_files_are_found_by_their_path() {
    let mut files = REQUIRED.to_vec();
    files.push(("assets/index-1.js", "let a;"));
    let site = Site::load(dir_with(&files).path()).unwrap();
    assert_eq!(site.len(), 3);
    assert_eq!(site.bytes(), 11 + 14 + 6);
    assert!(site.find("/assets/index-1.js").is_some());
    assert!(site.find("/assets").is_none());
    assert!(site.find("/../etc/passwd").is_none());
    assert_eq!(site.find("/").unwrap().plain.body, site.find("/index.html").unwrap().plain.body);
}

#[test]
fn symbolic_links_are_ignored() {
    let root = dir_with(&REQUIRED);
    std::os::unix::fs::symlink("/etc/hostname", root.path().join("hostname")).unwrap();
    assert!(Site::load(root.path()).unwrap().find("/hostname").is_none());
}

#[test]
fn entity_tag_depends_on_the_content_only() {
    let first = Site::load(dir_with(&REQUIRED).path()).unwrap();
    let again = Site::load(dir_with(&REQUIRED).path()).unwrap();
    let other = Site::load(dir_with(&[("index.html", "<p>new</p>"), REQUIRED[1]]).path()).unwrap();
    let tag = |site: &Site| site.find("/").unwrap().plain.tag.clone();
    assert_eq!(tag(&first), tag(&again));
    assert_ne!(tag(&first), tag(&other));
}

#[test]
fn only_files_that_shrink_are_compressed() {
    let long = "wave ".repeat(200);
    let site =
        Site::load(dir_with(&[REQUIRED[0], REQUIRED[1], ("long.txt", &long), ("font.woff2", &long)]).path())
            .unwrap();
    let compressed = site.find("/long.txt").unwrap().gzip.as_ref().unwrap();
    assert!(compressed.body.len() < 100);
    assert_ne!(compressed.tag, site.find("/long.txt").unwrap().plain.tag);
    assert!(site.find("/font.woff2").unwrap().gzip.is_none());
    assert!(site.find("/index.html").unwrap().gzip.is_none());
}
