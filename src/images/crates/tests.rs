//! Tests of which changes of `Cargo.toml` and `Cargo.lock` affect the workloads, and that no compiled package
//! is missed.

use proptest::prelude::*;

use super::*;
use crate::base::tool::Invocation;

const MANIFEST: &str = r#"
[package]
name = "ours"
version = "0.1.0"

[features]
default = ["cli"]
cli = ["dep:terminal"]
apps = ["dep:web", "shared/fast"]

[[bin]]
name = "launcher"

[[bin]]
name = "backend"

[dependencies]
shared = "1"
terminal = { version = "1", optional = true }
web = { version = "1", optional = true }

[dev-dependencies]
snapshots = "1"

[profile.release]
strip = true
"#;

const LOCK: &str = r#"
version = 4

[[package]]
name = "ours"
version = "0.1.0"
dependencies = ["shared 1.0.0", "snapshots", "terminal", "web"]

[[package]]
name = "shared"
version = "1.0.0"
checksum = "s1"

[[package]]
name = "shared"
version = "2.0.0"
checksum = "s2"

[[package]]
name = "snapshots"
version = "1.0.0"
checksum = "n1"

[[package]]
name = "terminal"
version = "1.0.0"
checksum = "t1"
dependencies = ["shared 2.0.0"]

[[package]]
name = "web"
version = "1.0.0"
checksum = "w1"
dependencies = ["wire"]

[[package]]
name = "wire"
version = "1.0.0"
checksum = "i1"
"#;

fn hashed(manifest: &str, lock: &str) -> String {
    of(manifest, lock, &["apps".to_owned()], &["backend".to_owned()]).unwrap()
}

/// The hash after `from` is replaced with `to` in one of the two files.
fn changed(from: &str, to: &str) -> String {
    assert_eq!(MANIFEST.matches(from).count() + LOCK.matches(from).count(), 1, "{from:?} must occur once");
    hashed(&MANIFEST.replace(from, to), &LOCK.replace(from, to))
}

#[test]
fn launcher_and_test_dependencies_have_no_effect() {
    let before = hashed(MANIFEST, LOCK);
    for (from, to) in [
        ("\"dep:terminal\"]", "\"dep:terminal\", \"dep:another\"]"),
        (
            "terminal = { version = \"1\"",
            "another = { version = \"1\", optional = true }\nterminal = { version = \"2\"",
        ),
        ("snapshots = \"1\"", "snapshots = \"2\""),
        ("name = \"launcher\"", "name = \"launcher\"\npath = \"src/other.rs\""),
        ("checksum = \"t1\"", "checksum = \"t2\""),
        ("checksum = \"s2\"", "checksum = \"s3\""),
        ("checksum = \"n1\"", "checksum = \"n2\""),
        ("[package]\nname = \"ours\"", "# a comment\n[package]\nname = \"ours\""),
    ] {
        assert_eq!(before, changed(from, to), "{from} -> {to}");
    }
}

#[test]
fn dependencies_of_the_workloads_count() {
    let before = hashed(MANIFEST, LOCK);
    for (from, to) in [
        ("shared/fast", "shared/slow"),
        ("shared = \"1\"", "shared = { version = \"1\", features = [\"x\"] }"),
        ("web = { version = \"1\"", "web = { version = \"1\", features = [\"x\"]"),
        ("strip = true", "strip = false"),
        ("name = \"backend\"", "name = \"backend\"\npath = \"src/other.rs\""),
        ("[dependencies]", "[patch.crates-io]\nwire = { path = \"wire\" }\n\n[dependencies]"),
        ("checksum = \"s1\"", "checksum = \"s9\""),
        ("checksum = \"w1\"", "checksum = \"w2\""),
        ("checksum = \"i1\"", "checksum = \"i2\""),
    ] {
        assert_ne!(before, changed(from, to), "{from} -> {to}");
    }
}

proptest! {
    /// A package counts if it is reachable from an enabled dependency, at any depth.
    #[test]
    fn depth_does_not_matter(depth in 1_usize..8, ours: bool) {
        let chain = |checksum: &str| -> String {
            let package = |level: usize| {
                let (sum, needs) = if level == depth {
                    (checksum, String::new())
                } else {
                    ("same", format!("\"deep{}\"", level + 1))
                };
                format!("[[package]]\nname = \"deep{level}\"\nversion = \"1.0.0\"\nchecksum = \"{sum}\"\ndependencies = [{needs}]\n\n")
            };
            let head = if ours {
                LOCK.replace("[\"wire\"]", "[\"wire\", \"deep0\"]")
            } else {
                LOCK.replace("[\"shared 2.0.0\"]", "[\"shared 2.0.0\", \"deep0\"]")
            };
            head + &(0..=depth).map(package).collect::<String>()
        };
        let (one, other) = (hashed(MANIFEST, &chain("one")), hashed(MANIFEST, &chain("other")));
        prop_assert_eq!(one != other, ours);
    }
}

/// A change of a package that Cargo compiles but that is not in the list would be missed.
#[tokio::test]
async fn every_compiled_package_counts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tree = Invocation::new(env!("CARGO"))
        .cwd(root)
        .args(["tree", "--locked", "--offline", "--edges", "normal,build", "--prefix", "none"])
        .args(["--no-default-features", "--features", "apps", "--format", "{p}"])
        .capture()
        .await
        .unwrap();
    let mut manifest: Table = toml::from_str(&read(root, "Cargo.toml").unwrap()).unwrap();
    let enabled = enabled_names(&manifest, &["apps".to_owned()]);
    reduce(&mut manifest, &enabled, &[]);
    let found = reachable(&toml::from_str(&read(root, "Cargo.lock").unwrap()).unwrap(), &manifest);
    let ours: BTreeSet<String> =
        found.iter().map(|package| format!("{} v{}", package.name, package.version)).collect();
    let compiled: BTreeSet<String> = tree
        .stdout
        .lines()
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
        .filter(|package| !package.is_empty() && !package.starts_with("seasense v"))
        .collect();
    assert!(compiled.len() > 100, "{compiled:?}");
    let missed: Vec<&String> = compiled.difference(&ours).collect();
    assert!(missed.is_empty(), "{missed:?}");
    // Of the workloads, only the reaper uses Docker.
    for launcher in ["indicatif", "kube", "ratatui"] {
        assert!(!found.iter().any(|package| package.name == launcher), "{launcher} belongs to the launcher");
    }
}
