//! Recognises artifact sources that cannot be fetched, and those that are not fetched yet; pure.

use super::{state::first_line, tree::ROOT};
use crate::base::{digest::Digest, k8s::flux::Source};

/// Returns the terminal error of a source, if there is one.
pub(super) fn terminal(source: &Source) -> Option<String> {
    let absent = ["MANIFEST_UNKNOWN", "NAME_UNKNOWN", "not found", "DENIED", "UNAUTHORIZED"];
    let is_absent = absent.iter().any(|sign| source.message.contains(sign));
    let failed = matches!(
        source.reason.as_str(),
        "OCIArtifactPullFailed" | "OCIArtifactLayerOperationFailed" | "URLInvalid"
    );
    (!source.ready && failed && (is_absent || source.reason == "URLInvalid")).then(|| source.message.clone())
}

/// Describes which source of the artifact `digest` is not fetched yet; `None` if all known sources are.
pub(super) fn missing(sources: &[Source], digest: &Digest) -> Option<String> {
    let Some(root) = sources.iter().find(|source| source.name == ROOT) else {
        return Some("source: does not exist yet".to_owned());
    };
    if !(root.ready && root.revision.as_ref() == Some(digest)) {
        return Some(format!("source: {}", first_line(&root.message)));
    }
    let part = sources.iter().find(|source| !source.ready)?;
    Some(format!("source {}: {}", part.name, first_line(&part.message)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::digest;

    fn failing(reason: &str, message: &str) -> Source {
        Source { reason: reason.to_owned(), message: message.to_owned(), ..Source::default() }
    }

    #[test]
    fn the_root_is_reported_before_its_components() {
        let source = |name: &str, ready: bool| Source {
            name: name.to_owned(),
            ready,
            revision: Some(digest('a')),
            message: "pulling\nmore".into(),
            ..Source::default()
        };
        assert_eq!(missing(&[], &digest('a')).as_deref(), Some("source: does not exist yet"));
        let late = [source("apps-1", true), source(ROOT, false)];
        assert_eq!(missing(&late, &digest('a')).as_deref(), Some("source: pulling"));
        let part = [source("apps-1", false), source(ROOT, true)];
        assert_eq!(missing(&part, &digest('a')).as_deref(), Some("source apps-1: pulling"));
        assert_eq!(missing(&[source(ROOT, true)], &digest('a')), None);
        assert!(missing(&[source(ROOT, true)], &digest('b')).is_some());
    }

    #[test]
    fn unknown_digest_is_terminal_refused_connection_is_not() {
        let unknown =
            failing("OCIArtifactPullFailed", "GET http://r/v2/platform: MANIFEST_UNKNOWN: manifest unknown");
        assert!(terminal(&unknown).is_some());
        assert_eq!(
            terminal(&failing(
                "OCIArtifactPullFailed",
                "dial tcp 10.0.0.1:5000: connect: connection refused"
            )),
            None
        );
        assert_eq!(terminal(&failing("Progressing", "not found")), None);
    }
}
