//! The names of official images. Pure.

/// The forms in which manifests write `official`: Docker Hub's host and its `library/` are optional.
pub(super) fn spellings(official: &str) -> Vec<String> {
    let name = official.split_once('@').map_or(official, |(name, _)| name);
    let host = name.split_once('/').filter(|(host, _)| host.contains(['.', ':']) || *host == "localhost");
    let path = match host {
        Some(("docker.io" | "index.docker.io", path)) => path,
        Some(_) => return vec![name.to_owned()],
        None => name,
    };
    let short = path.strip_prefix("library/").unwrap_or(path);
    let mut all: Vec<String> = ["docker.io/", "index.docker.io/", ""]
        .iter()
        .flat_map(|host| [format!("{host}{path}"), format!("{host}{short}")])
        .collect();
    if !short.contains('/') {
        all.push(format!("docker.io/library/{short}"));
    }
    all.sort();
    all.dedup();
    all
}
