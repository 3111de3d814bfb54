//! Whether the artifact's source can ever be fetched; pure.

use crate::k8s::flux::{Source, carries};

/// Why the source will not come; `None` while it is on its way.
pub(super) fn hopeless(source: &Source) -> Option<String> {
    let absent = ["MANIFEST_UNKNOWN", "NAME_UNKNOWN", "not found", "DENIED", "UNAUTHORIZED"];
    let said = absent.iter().any(|sign| source.message.contains(sign));
    let failed = matches!(
        source.reason.as_str(),
        "OCIArtifactPullFailed" | "OCIArtifactLayerOperationFailed" | "URLInvalid"
    );
    (!source.ready && failed && (said || source.reason == "URLInvalid")).then(|| source.message.clone())
}

/// Whether it holds the artifact `digest`.
pub(super) fn holds(source: &Source, digest: &str) -> bool {
    source.ready && carries(&source.revision, digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failing(reason: &str, message: &str) -> Source {
        Source { reason: reason.to_owned(), message: message.to_owned(), ..Source::default() }
    }

    #[test]
    fn a_digest_the_registry_does_not_know_is_hopeless_and_a_silent_registry_is_not() {
        let unknown =
            failing("OCIArtifactPullFailed", "GET http://r/v2/platform: MANIFEST_UNKNOWN: manifest unknown");
        assert!(hopeless(&unknown).is_some());
        assert_eq!(
            hopeless(&failing(
                "OCIArtifactPullFailed",
                "dial tcp 10.0.0.1:5000: connect: connection refused"
            )),
            None
        );
        assert_eq!(hopeless(&failing("Progressing", "not found")), None);
    }
}
