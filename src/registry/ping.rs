//! A short request that checks whether a registry responds.

use std::time::Duration;

use super::client::scheme;
use crate::base::{
    failure::{Context, Kind, Result},
    http::client_for,
    k8s::tls,
};

/// Checks whether the registry at `host` responds within `limit`; the inner error explains why it does not.
///
/// A registry responds with success or requires a token. Other responses come from a proxy or a block page.
pub(crate) async fn ping(host: &str, limit: Duration) -> Result<Result<(), String>> {
    tls::install();
    let client = client_for(host).timeout(limit).build();
    let client = client.context(Kind::Internal, "cannot create an HTTP client")?;
    Ok(match client.get(url(host)).send().await {
        Err(error) if error.is_timeout() => Err(format!("no response within {} s", limit.as_secs())),
        Err(error) => Err(root_cause(&error)),
        Ok(response) => match response.status().as_u16() {
            200 | 401 => Ok(()),
            code => Err(format!("unexpected status {code}")),
        },
    })
}

fn url(host: &str) -> String {
    format!("{}://{host}/v2/", scheme(host))
}

fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_registries_are_requested_without_tls() {
        assert_eq!(url("localhost:5001"), "http://localhost:5001/v2/");
        assert_eq!(url("mirror.example"), "https://mirror.example/v2/");
    }
}
