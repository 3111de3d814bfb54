//! The `WWW-Authenticate` header of a registry.

/// The authentication that a registry requires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    /// User name and password.
    Basic,
    /// A token.
    Bearer {
        /// The URL that issues tokens.
        realm: String,
        /// The registry that the token is for.
        service: String,
        /// The permissions of the token.
        scope: String,
    },
}

impl Challenge {
    /// Parses a header; `None` if it contains no supported challenge.
    pub(super) fn parse(header: &str) -> Option<Self> {
        http_auth::parse_challenges(header).ok()?.iter().find_map(|challenge| {
            if challenge.scheme.eq_ignore_ascii_case("basic") {
                return Some(Self::Basic);
            }
            if !challenge.scheme.eq_ignore_ascii_case("bearer") {
                return None;
            }
            let param = |name: &str| {
                let found = challenge.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                found.map(|(_, value)| value.to_unescaped())
            };
            Some(Self::Bearer {
                realm: param("realm")?,
                service: param("service").unwrap_or_default(),
                scope: param("scope").unwrap_or_default(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn supported_challenges_are_parsed() {
        let header = r#"Bearer realm="https://api.example/token",service="registry",scope="repository:a/b:pull,delete""#;
        let expected = Challenge::Bearer {
            realm: "https://api.example/token".into(),
            service: "registry".into(),
            scope: "repository:a/b:pull,delete".into(),
        };
        assert_eq!(Challenge::parse(header), Some(expected));
        assert_eq!(Challenge::parse("Basic realm=\"x\""), Some(Challenge::Basic));
        assert_eq!(Challenge::parse("basic"), Some(Challenge::Basic));
        for other in ["", "Negotiate", "Bearer service=\"x\"", "Bearer realm=\"x"] {
            assert_eq!(Challenge::parse(other), None, "{other}");
        }
    }
}
