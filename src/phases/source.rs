//! Whether the artifact's source can ever be fetched; pure.

use super::state::{ROOT, first_line};
use crate::base::k8s::flux::{Source, has_digest};

/// Why the source will not come; `None` while it is on its way.
pub(super) fn terminal(source: &Source) -> Option<String> {
    let absent = ["MANIFEST_UNKNOWN", "NAME_UNKNOWN", "not found", "DENIED", "UNAUTHORIZED"];
    let said = absent.iter().any(|sign| source.message.contains(sign));
    let failed = matches!(
        source.reason.as_str(),
        "OCIArtifactPullFailed" | "OCIArtifactLayerOperationFailed" | "URLInvalid"
    );
    (!source.ready && failed && (said || source.reason == "URLInvalid")).then(|| source.message.clone())
}

/// What of the artifact `digest` is not fetched yet; `None` when all of it is, as far as its parts are known.
pub(super) fn missing(sources: &[Source], digest: &str) -> Option<String> {
    let Some(root) = sources.iter().find(|source| source.name == ROOT) else {
        return Some("source: not there yet".to_owned());
    };
    if !(root.ready && has_digest(&root.revision, digest)) {
        return Some(format!("source: {}", first_line(&root.message)));
    }
    let part = sources.iter().find(|source| !source.ready)?;
    Some(format!("source {}: {}", part.name, first_line(&part.message)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failing(reason: &str, message: &str) -> Source {
        Source { reason: reason.to_owned(), message: message.to_owned(), ..Source::default() }
    }

    #[test]
    fn the_artifact_and_then_its_parts_are_fetched() {
        let whole = |name: &str, ready: bool| Source {
            name: name.to_owned(),
            ready,
            revision: "sha256:aa".into(),
            message: "pulling\nmore".into(),
            ..Source::default()
        };
        assert_eq!(missing(&[], "sha256:aa").as_deref(), Some("source: not there yet"));
        let late = [whole("apps-1", true), whole(ROOT, false)];
        assert_eq!(missing(&late, "sha256:aa").as_deref(), Some("source: pulling"));
        let part = [whole("apps-1", false), whole(ROOT, true)];
        assert_eq!(missing(&part, "sha256:aa").as_deref(), Some("source apps-1: pulling"));
        assert_eq!(missing(&[whole(ROOT, true)], "sha256:aa"), None);
        assert!(missing(&[whole(ROOT, true)], "sha256:bb").is_some());
    }

    #[test]
    fn a_digest_the_registry_does_not_know_is_hopeless_and_a_silent_registry_is_not() {
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
