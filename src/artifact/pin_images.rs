//! Replaces image references with `<registry>/<repository>@sha256:...`, using the digests of the supply lock.

use std::path::Path;

use super::spellings::spellings;
use crate::{
    base::failure::{Failure, Kind, Location, Result},
    config::nearest,
    images::{Lock, LockedImage},
    registry::ImageRef,
};

/// The prefix of our own images in the tree.
const PREFIX: &str = "${REGISTRY}/";
/// The tag that is replaced with the digest in the lock.
const LOCKED: &str = ":locked";

/// The images of a lock, prepared for searching texts.
#[derive(Debug)]
pub(super) struct Images<'a> {
    lock: &'a Lock,
    /// Every spelling of every official reference, longest first.
    official: Vec<(String, &'a LockedImage)>,
}

impl<'a> Images<'a> {
    pub(super) fn new(lock: &'a Lock) -> Self {
        let mut official: Vec<(String, &LockedImage)> = lock
            .images
            .values()
            .flat_map(|image| {
                image.official.iter().flat_map(|name| spellings(name)).map(move |spelling| (spelling, image))
            })
            .collect();
        official.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        Self { lock, official }
    }

    /// Pins each `${REGISTRY}/NAME:locked` in `text`. `file` is for messages.
    ///
    /// An unknown name is refused where it is used: as a value or as the value of an argument. In a comment or in a
    /// sentence it is no image. Every other form is judged in the objects that are built.
    pub(super) fn pin_own(&self, file: &Path, text: &str) -> Result<String> {
        let pinned = self.pin_known(text);
        for (at, _) in text.match_indices(PREFIX) {
            let rest = &text[at + PREFIX.len()..];
            let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            let is_locked = rest[end..].strip_prefix(LOCKED).is_some_and(ends_reference);
            if is_locked && is_value(&text[..at]) && !rest[..end].contains(|c: char| c.is_ascii_uppercase()) {
                self.by_name(&rest[..end])
                    .map_err(|failure| failure.at(Location::at_offset(file, text, at)))?;
            }
        }
        Ok(pinned)
    }

    /// Pins each `${REGISTRY}/NAME:locked` in `text` whose name is in the lock.
    pub(super) fn pin_known(&self, text: &str) -> String {
        let mut parts = text.split(PREFIX);
        let mut pinned = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part.find(|c| !is_name(c)).unwrap_or(part.len());
            let known = part[end..].strip_prefix(LOCKED).filter(|rest| ends_reference(rest));
            match (known, self.lock.images.get(&part[..end])) {
                (Some(rest), Some(image)) => pinned += &format!("{}{rest}", reference("${REGISTRY}", image)),
                _ => pinned += &format!("{PREFIX}{part}"),
            }
        }
        pinned
    }

    /// Pins each official reference in `text`, with or without upstream's digest, to `registry`.
    pub(super) fn pin_official(&self, text: &str, registry: &str) -> String {
        self.official.iter().fold(text.to_owned(), |text, (spelling, image)| {
            if text.contains(spelling) {
                replace_whole(&text, spelling, &reference(registry, image))
            } else {
                text
            }
        })
    }

    fn by_name(&self, name: &str) -> Result<&LockedImage> {
        self.lock.images.get(name).ok_or_else(|| {
            let failure = Failure::new(Kind::Environment, format!("the lock has no image `{name}`"));
            match nearest(name, self.lock.images.keys().map(String::as_str)) {
                Some(near) => failure.hint(format!("the nearest known name is `{near}`")),
                None => failure.hint("`infra/images.toml` lists all images"),
            }
        })
    }
}

fn reference(registry: &str, image: &LockedImage) -> String {
    ImageRef::by_digest(registry, &image.repository, image.digest.clone()).to_string()
}

fn replace_whole(text: &str, from: &str, to: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut done = 0;
    while let Some(found) = text[done..].find(from) {
        let start = done + found;
        let end = start + from.len() + digest_length(&text[start + from.len()..]);
        let whole = !text[..start].ends_with(|c: char| is_name(c) || "/:@".contains(c))
            && ends_reference(&text[end..]);
        replaced.push_str(&text[done..start]);
        replaced.push_str(if whole { to } else { &text[start..end] });
        done = end;
    }
    replaced.push_str(&text[done..]);
    replaced
}

/// The length of the `@sha256:...` at the beginning of `rest`, or 0.
fn digest_length(rest: &str) -> usize {
    const MARK: &str = "@sha256:";
    let hex = rest.strip_prefix(MARK).map_or(0, |hex| hex.bytes().take_while(u8::is_ascii_hexdigit).count());
    if hex == 64 { MARK.len() + hex } else { 0 }
}

const fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// Whether a value begins after `before`, the text before it: not in a comment, and not within a sentence.
fn is_value(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let is_comment = line.trim_start().starts_with('#') || line.contains(" #");
    let line = line.trim_end_matches(['"', '\'']);
    !is_comment
        && (line.trim_start().is_empty()
            || line.ends_with([':', '=', ',', '[', '{', '-'])
            || [": ", "- ", ", ", "[ ", "{ "].iter().any(|end| line.ends_with(end)))
}

/// Whether a reference ends where `rest` begins. A full stop at the end of a sentence is not part of it.
fn ends_reference(rest: &str) -> bool {
    let mut next = rest.chars();
    match next.next() {
        None => true,
        Some('.') => !next.next().is_some_and(is_name),
        Some(c) => !is_name(c) && !"/:@".contains(c),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::images::Provenance;

    pub(in crate::artifact) fn lock(images: &[(&str, Option<&str>)]) -> Lock {
        let mut lock = Lock::without_images();
        for (index, (name, official)) in images.iter().enumerate() {
            let image = LockedImage {
                official: official.map(str::to_owned),
                repository: (*name).to_owned(),
                digest: format!("sha256:{:064x}", index + 1).parse().unwrap(),
                size: 1,
                provenance: Provenance::new(),
            };
            lock.images.insert((*name).to_owned(), image);
        }
        lock
    }

    fn sample() -> Lock {
        lock(&[
            ("envoy", Some("docker.io/envoyproxy/envoy:distroless-v1.39.1")),
            ("busybox", Some("docker.io/library/busybox:1.36")),
            ("cert-manager-controller", Some("quay.io/jetstack/cert-manager-controller:v1.21.2")),
            ("seasense-backend", None),
        ])
    }

    fn own(text: &str) -> Result<String> {
        let lock = sample();
        Images::new(&lock).pin_own(Path::new("gitops/a.yaml"), text)
    }

    fn official(text: &str) -> String {
        let lock = sample();
        Images::new(&lock).pin_official(text, "R")
    }

    #[test]
    fn own_images_are_pinned_in_any_text() {
        let digest = format!("{:064x}", 4);
        assert_eq!(
            own("image: ${REGISTRY}/seasense-backend:locked\nargs: [\"--image=${REGISTRY}/seasense-backend:locked\"]")
                .unwrap(),
            format!(
                "image: ${{REGISTRY}}/seasense-backend@sha256:{digest}\nargs: [\"--image=${{REGISTRY}}/seasense-backend@sha256:{digest}\"]"
            )
        );
        assert_eq!(own("url: oci://${REGISTRY}/platform\n").unwrap(), "url: oci://${REGISTRY}/platform\n");
    }

    #[test]
    fn an_unknown_image_is_reported_with_its_location() {
        let failure = own("a: 1\nimage: ${REGISTRY}/seasense-backnd:locked\n").unwrap_err();
        assert_eq!(failure.location.unwrap().to_string(), "gitops/a.yaml:2:8");
        assert_eq!(failure.hints, ["the nearest known name is `seasense-backend`"]);
        let failure = own("image: ${REGISTRY}/x:locked").unwrap_err();
        assert_eq!(failure.hints, ["`infra/images.toml` lists all images"]);
    }

    #[test]
    fn mentions_that_are_no_use_are_not_changed() {
        for text in [
            "# write ${REGISTRY}/NAME:locked\n",
            "a: 1 # ${REGISTRY}/unknown:locked\n",
            "help: Write ${REGISTRY}/unknown:locked for an image.\n",
            "help: |\n  Images are in `${REGISTRY}/`.\n",
            "url: ${REGISTRY}/charts\n",
            "image: ${REGISTRY}/NAME:locked\n",
        ] {
            assert_eq!(own(text).unwrap(), text);
        }
        let known = own("help: Use ${REGISTRY}/envoy:locked.\n").unwrap();
        assert!(known.contains("/envoy@sha256:"), "{known}");
    }

    #[test]
    fn unknown_images_are_refused_where_they_are_used() {
        for text in [
            "image: ${REGISTRY}/x:locked",
            "image: \"${REGISTRY}/x:locked\"",
            "args: [--image=${REGISTRY}/x:locked]",
            "- ${REGISTRY}/x:locked",
            "{\"image\":\"${REGISTRY}/x:locked\"}",
        ] {
            assert_eq!(own(text).unwrap_err().message, "the lock has no image `x`", "{text}");
        }
    }

    #[test]
    fn every_spelling_of_an_official_image_is_pinned() {
        let pinned = format!("\"R/envoy@sha256:{:064x}\"", 1);
        for spelling in [
            "docker.io/envoyproxy/envoy:distroless-v1.39.1".to_owned(),
            "envoyproxy/envoy:distroless-v1.39.1".to_owned(),
            format!("envoyproxy/envoy:distroless-v1.39.1@sha256:{}", "b".repeat(64)),
        ] {
            assert_eq!(official(&format!("\"{spelling}\"")), pinned);
        }
        for spelling in [
            "busybox:1.36",
            "library/busybox:1.36",
            "docker.io/busybox:1.36",
            "docker.io/library/busybox:1.36",
        ] {
            assert_eq!(official(spelling), format!("R/busybox@sha256:{:064x}", 2));
        }
    }

    #[test]
    fn only_whole_references_are_pinned() {
        for text in [
            "mirror.example/envoyproxy/envoy:distroless-v1.39.1",
            "envoyproxy/envoy:distroless-v1.39.10",
            "envoyproxy/envoy:distroless-v1.39.1.2",
            "envoyproxy/envoy:distroless-v1.39.1-debug",
            "xbusybox:1.36",
            "quay.io/jetstack/cert-manager-controller:v1.21",
        ] {
            assert_eq!(official(text), text);
        }
        let sentence = official("--i=quay.io/jetstack/cert-manager-controller:v1.21.2. And on");
        assert_eq!(sentence, format!("--i=R/cert-manager-controller@sha256:{:064x}. And on", 3));
    }

    proptest! {
        #[test]
        fn text_without_references_is_unchanged(text in "[a-z:/.{}$ \n-]{0,200}") {
            prop_assume!(!text.contains("busybox"));
            prop_assert_eq!(official(&text), text);
        }

        #[test]
        fn pinning_is_idempotent(parts in prop::collection::vec(prop_oneof![
            Just("envoyproxy/envoy:distroless-v1.39.1".to_owned()),
            Just("docker.io/busybox:1.36".to_owned()),
            "[ \"=,\n]{1,3}",
        ], 0..12)) {
            let once = official(&parts.join(" "));
            prop_assert!(!once.contains("busybox:1.36"));
            prop_assert_eq!(official(&once), once);
        }
    }
}
