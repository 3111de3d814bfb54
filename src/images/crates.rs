//! Hashes the parts of `Cargo.toml` and `Cargo.lock` that affect programs built with selected features, so that
//! dependencies of the launcher do not cause a rebuild of the workloads' images.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use serde::Deserialize;
use toml::{Table, Value};

use crate::base::oci::sha256_hex;

/// Hashes everything in the manifest and the lock of the project at `root` that can affect `programs`, built
/// with `features` and without default features.
///
/// All content is hashed unless it is known to have no effect: other features, optional dependencies that are
/// not enabled, and everything that only tests use are left out of the manifest. All reachable packages of the
/// lock are hashed.
pub fn hash(root: &Path, features: &[String], programs: &[String]) -> io::Result<String> {
    let manifest = read(root, "Cargo.toml")?;
    let lock = read(root, "Cargo.lock")?;
    of(&manifest, &lock, features, programs)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
}

fn read(root: &Path, file: &str) -> io::Result<String> {
    fs::read_to_string(root.join(file))
        .map_err(|error| io::Error::new(error.kind(), format!("{file}: {error}")))
}

fn of(
    manifest: &str,
    lock: &str,
    features: &[String],
    programs: &[String],
) -> Result<String, toml::de::Error> {
    let mut manifest: Table = toml::from_str(manifest)?;
    let enabled = enabled_names(&manifest, features);
    reduce(&mut manifest, &enabled, programs);
    let packages = reachable(&toml::from_str(lock)?, &manifest);
    Ok(sha256_hex(format!("{}\n{packages:?}", sorted(&Value::Table(manifest))).as_bytes()))
}

/// Returns the names of features and of optional dependencies that `features` enable, directly or transitively.
fn enabled_names(manifest: &Table, features: &[String]) -> BTreeSet<String> {
    let known = manifest.get("features").and_then(Value::as_table);
    let mut enabled = BTreeSet::new();
    let mut pending: Vec<String> = features.to_vec();
    while let Some(name) = pending.pop() {
        // `dep:x`, `x/feature` and `x?/feature` may all affect `x`; an unneeded name only causes an extra
        // build.
        let name = name.trim_start_matches("dep:");
        let name = name.split(['/', '?']).next().unwrap_or(name).to_owned();
        if !enabled.insert(name.clone()) {
            continue;
        }
        let further = known.and_then(|known| known.get(&name)).and_then(Value::as_array);
        pending.extend(further.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
    }
    enabled
}

/// Removes everything without effect on `programs`.
fn reduce(manifest: &mut Table, enabled: &BTreeSet<String>, programs: &[String]) {
    for name in ["dev-dependencies", "dev_dependencies", "test", "bench", "example", "lints"] {
        manifest.remove(name);
    }
    if let Some(features) = manifest.get_mut("features").and_then(Value::as_table_mut) {
        features.retain(|name, _| enabled.contains(name));
    }
    if let Some(profiles) = manifest.get_mut("profile").and_then(Value::as_table_mut) {
        profiles.retain(|name, _| !matches!(name, "dev" | "test" | "bench"));
    }
    if let Some(bins) = manifest.get_mut("bin").and_then(Value::as_array_mut) {
        let name = |bin: &Value| bin.get("name").and_then(Value::as_str).map(str::to_owned);
        bins.retain(|bin| name(bin).is_none_or(|name| programs.contains(&name)));
    }
    let optional = |spec: &Value| spec.get("optional").and_then(Value::as_bool) == Some(true);
    if let Some(dependencies) = manifest.get_mut("dependencies").and_then(Value::as_table_mut) {
        dependencies.retain(|name, spec| !optional(spec) || enabled.contains(name));
    }
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

/// A package of the lock. Its checksum covers its content, including its own manifest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Package {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

impl Package {
    /// Whether a dependency entry (`name`, `name version` or `name version (source)`) refers to this package.
    fn matches(&self, entry: &str) -> bool {
        let mut words = entry.split(' ');
        words.next() == Some(&self.name)
            && words.next().is_none_or(|version| version == self.version)
            && words
                .next()
                .is_none_or(|source| self.source.as_deref() == Some(source.trim_matches(['(', ')'])))
    }
}

/// Returns every package that the dependencies in `manifest` can reach, with any features.
fn reachable(lock: &Lock, manifest: &Table) -> BTreeSet<Package> {
    let named = dependencies(manifest);
    let own = manifest.get("package").and_then(|package| package.get("name")).and_then(Value::as_str);
    let is_own = |package: &&Package| package.source.is_none() && own == Some(&package.name);
    let mut by_name: BTreeMap<&str, Vec<&Package>> = BTreeMap::new();
    for package in &lock.package {
        by_name.entry(&package.name).or_default().push(package);
    }
    let first = |entry: &str| entry.split(' ').next().unwrap_or(entry).to_owned();
    let mut pending: Vec<&String> = lock.package.iter().find(is_own).map_or_else(Vec::new, |package| {
        package.dependencies.iter().filter(|entry| named.contains(&first(entry))).collect()
    });
    let mut found = BTreeSet::new();
    while let Some(entry) = pending.pop() {
        let candidates = by_name.get(first(entry).as_str()).into_iter().flatten();
        for package in candidates.filter(|package| package.matches(entry)) {
            if found.insert((*package).clone()) {
                pending.extend(&package.dependencies);
            }
        }
    }
    found
}

/// Returns the names of the packages that `manifest` depends on, including dependencies for one platform only.
fn dependencies(manifest: &Table) -> BTreeSet<String> {
    let mut tables: Vec<&Table> = vec![manifest];
    let platforms = manifest.get("target").and_then(Value::as_table).into_iter().flatten();
    tables.extend(platforms.filter_map(|(_, table)| table.as_table()));
    let mut names = BTreeSet::new();
    for table in tables {
        for kind in ["dependencies", "build-dependencies", "build_dependencies"] {
            for (name, spec) in table.get(kind).and_then(Value::as_table).into_iter().flatten() {
                let renamed = spec.get("package").and_then(Value::as_str);
                names.insert(renamed.unwrap_or(name).to_owned());
            }
        }
    }
    names
}

/// Formats the value independently of the order of keys.
fn sorted(value: &Value) -> String {
    match value {
        Value::Table(table) => {
            let sorted: BTreeMap<&String, String> =
                table.iter().map(|(name, value)| (name, self::sorted(value))).collect();
            format!("{sorted:?}")
        }
        Value::Array(values) => format!("{:?}", values.iter().map(sorted).collect::<Vec<_>>()),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
