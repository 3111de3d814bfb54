//! Clients for HTTP: a proxy of the user's shell is for the internet, never for this machine.

use std::net::IpAddr;

use reqwest::{ClientBuilder, Url};

/// Whether `host`, with or without a port, is this machine.
pub fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        // An address of version 6 without brackets has no port.
        None if host.parse::<IpAddr>().is_ok() => host,
        None => host.split(':').next().unwrap_or(host),
    };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    // RFC 6761: these names are always this machine.
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// A client for the server at `host`, with or without a port.
pub fn client_for(host: &str) -> ClientBuilder {
    let client = reqwest::Client::builder();
    if is_loopback(host) { client.no_proxy() } else { client }
}

/// A client for the server of `url`.
pub fn client_for_url(url: &str) -> ClientBuilder {
    let parsed = Url::parse(url).ok();
    client_for(parsed.as_ref().and_then(Url::host_str).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_of_this_machine_are_loopback() {
        for host in [
            "127.0.0.1:5050",
            "localhost:5000",
            "[::1]:5000",
            "[::1]",
            "::1",
            "127.0.0.2",
            "LOCALHOST",
            "seasense.localhost:8443",
            "localhost.",
            "[::ffff:127.0.0.1]:80",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "registry.example:5000",
            "10.0.0.1:5000",
            "localhost.example.org",
            "127.0.0.1.example.org:80",
            "notlocalhost",
            "",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
