//! The variables of Git that a child process must not inherit.
//!
//! Git sets some of them when it starts a program from a hook, an alias or `git rebase --exec`: they would point
//! every later Git to another repository, index, work tree or configuration than that of its directory.

use std::ffi::OsString;

/// The prefix of Git's variables.
const PREFIX: &str = "GIT_";

/// What a child inherits: who commits, how Git reaches a remote, and the user's own configuration files. A name
/// that ends with `_` stands for all names that begin so.
const INHERITED: [&str; 22] = [
    "GIT_ALLOW_PROTOCOL",
    "GIT_ASKPASS",
    "GIT_AUTHOR_",
    "GIT_COMMITTER_",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_SYSTEM",
    "GIT_CURL_",
    "GIT_EDITOR",
    "GIT_EXEC_PATH",
    "GIT_HTTP_",
    "GIT_OPTIONAL_LOCKS",
    "GIT_PAGER",
    "GIT_PROTOCOL",
    "GIT_PROXY_",
    "GIT_SSH",
    "GIT_SSH_",
    "GIT_SSL_",
    "GIT_TEMPLATE_DIR",
    "GIT_TERMINAL_PROMPT",
    "GIT_TRACE",
    "GIT_TRACE_",
];

/// The variables of this process that a child must not inherit.
pub(super) fn redirecting() -> Vec<OsString> {
    std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_str().is_some_and(redirects)).collect()
}

/// Whether the variable `name` is one of Git's that must not be inherited. Unknown ones count: a later version
/// of Git may have more.
fn redirects(name: &str) -> bool {
    let inherited = |kept: &str| name == kept || (kept.ends_with('_') && name.starts_with(kept));
    name.starts_with(PREFIX) && !INHERITED.iter().any(|kept| inherited(kept))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::git;

    #[tokio::test]
    async fn every_variable_local_to_a_repository_redirects() {
        let listed =
            git::output(std::path::Path::new("/"), &["rev-parse", "--local-env-vars"]).await.unwrap();
        let kept: Vec<&str> = listed.lines().filter(|name| !redirects(name)).collect();
        assert!(kept.is_empty(), "{kept:?}");
        assert!(listed.lines().count() > 10, "{listed}");
    }

    #[test]
    fn identity_and_transport_are_inherited_and_settings_are_not() {
        for name in
            ["GIT_AUTHOR_NAME", "GIT_SSH_COMMAND", "GIT_SSH", "GIT_CONFIG_GLOBAL", "GITHUB_TOKEN", "PATH"]
        {
            assert!(!redirects(name), "{name}");
        }
        for name in [
            "GIT_CEILING_DIRECTORIES",
            "GIT_CONFIG_KEY_0",
            "GIT_CONFIG_VALUE_0",
            "GIT_NAMESPACE",
            "GIT_LITERAL_PATHSPECS",
            "GIT_ATTR_SOURCE",
            "GIT_EXTERNAL_DIFF",
        ] {
            assert!(redirects(name), "{name}");
        }
    }
}
