//! A folder as it is read: what is needed, what is left out, how contents are told apart.

use std::fs;

use super::*;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    root
}

const LEAST: [(&str, &str); 2] = [("index.html", "<p>page</p>"), ("404.html", "<p>nothing</p>")];

#[test]
fn a_folder_without_a_page_is_refused_by_name() {
    let root = folder(&[("index.html", "x")]);
    let refused = Site::load(root.path()).unwrap_err().to_string();
    assert!(refused.contains("404.html"), "{refused}");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let refused = Site::load(Path::new("/nowhere/at/all")).unwrap_err().to_string();
    assert!(refused.contains("/nowhere/at/all"), "{refused}");
}

#[test]
fn files_in_folders_are_found_under_their_path() {
    let mut files = LEAST.to_vec();
    files.push(("assets/index-1.js", "let a;"));
    let site = Site::load(folder(&files).path()).unwrap();
    assert_eq!(site.len(), 3);
    assert_eq!(site.bytes(), 11 + 14 + 6);
    assert!(site.find("/assets/index-1.js").is_some());
    assert!(site.find("/assets").is_none());
    assert!(site.find("/../etc/passwd").is_none());
    assert_eq!(site.find("/").unwrap().plain.body, site.find("/index.html").unwrap().plain.body);
}

#[test]
fn links_out_of_the_folder_are_left_out() {
    let root = folder(&LEAST);
    std::os::unix::fs::symlink("/etc/hostname", root.path().join("hostname")).unwrap();
    assert!(Site::load(root.path()).unwrap().find("/hostname").is_none());
}

#[test]
fn a_tag_names_the_content() {
    let first = Site::load(folder(&LEAST).path()).unwrap();
    let again = Site::load(folder(&LEAST).path()).unwrap();
    let other = Site::load(folder(&[("index.html", "<p>new</p>"), LEAST[1]]).path()).unwrap();
    let tag = |site: &Site| site.find("/").unwrap().plain.tag.clone();
    assert_eq!(tag(&first), tag(&again));
    assert_ne!(tag(&first), tag(&other));
}

#[test]
fn only_what_shrinks_is_compressed() {
    let long = "wave ".repeat(200);
    let site =
        Site::load(folder(&[LEAST[0], LEAST[1], ("long.txt", &long), ("font.woff2", &long)]).path()).unwrap();
    let compressed = site.find("/long.txt").unwrap().gzip.as_ref().unwrap();
    assert!(compressed.body.len() < 100);
    assert_ne!(compressed.tag, site.find("/long.txt").unwrap().plain.tag);
    assert!(site.find("/font.woff2").unwrap().gzip.is_none());
    assert!(site.find("/index.html").unwrap().gzip.is_none());
}
