//! What a registry wants to see before it answers: the `WWW-Authenticate` header, taken apart.

/// How one has to prove who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    /// With the login itself.
    Basic,
    /// With a token.
    Bearer {
        /// Where it is had.
        realm: String,
        /// Which registry it is for.
        service: String,
        /// What it allows.
        scope: String,
    },
}

impl Challenge {
    /// Reads a header; `None` where it asks for something else.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Self::Basic);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let (mut realm, mut service, mut scope) = (None, String::new(), String::new());
        for (name, value) in fields(rest) {
            match name {
                "realm" => realm = Some(value.to_owned()),
                "service" => value.clone_into(&mut service),
                "scope" => value.clone_into(&mut scope),
                _ => (),
            }
        }
        Some(Self::Bearer { realm: realm?, service, scope })
    }
}

/// The pairs of `name="value",name="value"`; a value may hold commas.
fn fields(text: &str) -> Vec<(&str, &str)> {
    let mut pairs = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once("=\"") {
        let Some((value, tail)) = after.split_once('"') else { break };
        pairs.push((name.trim_matches([',', ' ']), value));
        rest = tail;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_taken_apart() {
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
