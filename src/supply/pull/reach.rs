//! Whether official images can be reached from here: a quick question to two registries that everything depends on.

use std::time::Duration;

use crate::{
    config::infra::Versions,
    failure::{Context, Kind, Result},
    k8s::tls,
};

/// A registry that is near answers within this; one that is blocked often never does.
const LIMIT: Duration = Duration::from_secs(3);
const REGISTRIES: [(&str, &str); 2] =
    [("registry.k8s.io", "registry.k8s.io"), ("docker.io", "registry-1.docker.io")];

/// What the question came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Whether every registry answered.
    pub all: bool,
    /// What to tell.
    pub reason: String,
}

/// Asks every registry at once.
pub async fn look(versions: &Versions) -> Result<Reach> {
    tls::install();
    let client =
        reqwest::Client::builder().timeout(LIMIT).build().context(Kind::Internal, "make an HTTP client")?;
    let asked = REGISTRIES.map(|(name, host)| {
        let url = match versions.mirrors.get(name) {
            Some(mirror) if mirror.starts_with("127.") => format!("http://{mirror}/v2/"),
            Some(mirror) => format!("https://{mirror}/v2/"),
            None => format!("https://{host}/v2/"),
        };
        let request = client.head(url).send();
        // Any answer will do: registries ask for a token first.
        async move { request.await.map(|_| ()).map_err(|error| format!("{name}: {}", root_cause(&error))) }
    });
    let [first, second] = asked;
    let (first, second) = tokio::join!(first, second);
    let failed: Vec<String> = [first, second].into_iter().filter_map(Result::err).collect();
    let reason = if failed.is_empty() {
        "registry.k8s.io and docker.io answer".to_owned()
    } else {
        format!("no answer from {}", failed.join("; "))
    };
    Ok(Reach { all: failed.is_empty(), reason })
}

fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    if error.is_timeout() { format!("nothing within {} s", LIMIT.as_secs()) } else { cause.to_string() }
}
