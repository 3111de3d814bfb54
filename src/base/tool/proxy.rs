//! The proxy settings of child processes: a proxy of the user's shell is for the internet, never for this
//! machine.

use std::ffi::OsString;

/// The variables that name a proxy, in lower case; programs read them in both cases.
const PROXIES: [&str; 3] = ["http_proxy", "https_proxy", "all_proxy"];
/// The variables with the hosts that are reached directly. Programs differ in which one they prefer.
const EXCEPTIONS: [&str; 2] = ["no_proxy", "NO_PROXY"];
/// This machine, in every form that a program may use.
const LOCAL: [&str; 4] = ["localhost", ".localhost", "127.0.0.1", "::1"];

/// The variables that name a proxy or an exception, for a child that must not know them.
pub(super) fn names() -> impl Iterator<Item = String> {
    let both = PROXIES.iter().flat_map(|name| [(*name).to_owned(), name.to_uppercase()]);
    both.chain(EXCEPTIONS.map(str::to_owned))
}

/// The exceptions for a child of this process, by variable; empty without a proxy.
#[expect(clippy::disallowed_methods, reason = "a convention of all programs, no setting of ours")]
pub(super) fn exceptions() -> Vec<(&'static str, OsString)> {
    let value = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let has_proxy = PROXIES.iter().any(|name| value(name).or_else(|| value(&name.to_uppercase())).is_some());
    if !has_proxy {
        return Vec::new();
    }
    let before = EXCEPTIONS.iter().find_map(|name| value(name));
    let hosts = with_this_machine(before.as_deref().unwrap_or_default());
    EXCEPTIONS.map(|name| (name, OsString::from(&hosts))).into()
}

/// `hosts`, separated by commas, with the names of this machine.
fn with_this_machine(hosts: &str) -> String {
    let named: Vec<&str> = hosts.split(',').map(str::trim).filter(|host| !host.is_empty()).collect();
    if named.contains(&"*") {
        return "*".to_owned();
    }
    let missing = LOCAL.iter().copied().filter(|host| !named.contains(host));
    named.iter().copied().chain(missing).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_added_to_the_exceptions() {
        assert_eq!(with_this_machine(""), "localhost,.localhost,127.0.0.1,::1");
        assert_eq!(
            with_this_machine("intern.example, localhost"),
            "intern.example,localhost,.localhost,127.0.0.1,::1"
        );
        assert_eq!(with_this_machine("10.0.0.0/8,*"), "*");
    }
}
