//! The rule for images: every image is in the environment's registry, with a digest. Pure.

use serde_json::Value;

use super::{Finding, finding, list, templates::pod_template};

/// Kinds that only carry data or describe other kinds.
const WITHOUT_IMAGES: [&str; 3] = ["ConfigMap", "Secret", "CustomResourceDefinition"];

/// An image in an object: the path of its field, and the reference.
type Image<'a> = (String, &'a str);

/// Returns the images of `object`.
///
/// The pods of Kubernetes' own kinds have exact fields. In custom resources, `image` and `imageName` at any depth
/// count, and `reference` of an image volume, if their text is a reference: a picture is called `image` as well.
pub(in crate::artifact) fn images(object: &Value) -> Vec<&str> {
    with_fields(object).into_iter().map(|(_, image)| image).collect()
}

fn with_fields(object: &Value) -> Vec<Image<'_>> {
    let mut found = Vec::new();
    if object["kind"].as_str().is_some_and(|kind| WITHOUT_IMAGES.contains(&kind)) {
        return found;
    }
    if let Some(template) = pod_template(object) {
        for (path, container) in template.containers() {
            found.extend(container["image"].as_str().map(|image| (format!("{path}.image"), image)));
        }
        for (at, volume) in list(template.spec, "/volumes").enumerate() {
            let path = format!("{}.volumes[{at}].image.reference", template.path);
            found.extend(volume["image"]["reference"].as_str().map(|image| (path, image)));
        }
        return found;
    }
    for (key, value) in object.as_object().into_iter().flatten().filter(|(key, _)| *key != "metadata") {
        collect(value, key, false, &mut found);
    }
    found
}

/// Collects the images of a custom resource. `in_container`: the value is a container of a pod.
fn collect<'a>(value: &'a Value, path: &str, in_container: bool, found: &mut Vec<Image<'a>>) {
    match value {
        Value::Array(items) => {
            let of_pod = path.ends_with("ontainers");
            for (at, item) in items.iter().enumerate() {
                collect(item, &format!("{path}[{at}]"), of_pod, found);
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                let path = format!("{path}.{key}");
                match (key.as_str(), value) {
                    ("image" | "imageName", Value::String(image)) if in_container || is_reference(image) => {
                        found.push((path, image));
                    }
                    ("image", Value::Object(volume)) => {
                        let reference = volume.get("reference").and_then(Value::as_str);
                        let reference = reference.filter(|text| is_reference(text));
                        found.extend(reference.map(|image| (format!("{path}.reference"), image)));
                        collect(value, &path, false, found);
                    }
                    _ => collect(value, &path, false, found),
                }
            }
        }
        _ => (),
    }
}

/// Whether `text` is a reference to an image and not the name of a file: it has a registry, a tag or a digest, or
/// the name of a repository with an owner.
fn is_reference(text: &str) -> bool {
    if text.contains("@sha256:") {
        return true;
    }
    let text =
        text.strip_prefix("${REGISTRY}/").map_or_else(|| text.to_owned(), |rest| format!("r:1/{rest}"));
    let (name, digest) = text.split_once('@').map_or((&*text, None), |(name, digest)| (name, Some(digest)));
    let last = name.rsplit('/').next().unwrap_or(name);
    let (last, tag) = last.split_once(':').map_or((last, None), |(last, tag)| (last, Some(tag)));
    let (host, path) = match name.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (Some(host), path),
        _ => (None, name),
    };
    let is_part = |part: &str| {
        let is_lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let inner = part.split(':').next().unwrap_or(part);
        inner.starts_with(is_lower)
            && inner.ends_with(is_lower)
            && inner.chars().all(|c| is_lower(c) || matches!(c, '.' | '_' | '-'))
    };
    let host_is_valid = host.is_none_or(|host| {
        !host.starts_with('.') && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c))
    });
    // An owner and a name with an extension are a file.
    let is_owned = path.contains('/') && !last.contains('.');
    let is_valid = host_is_valid && path.split('/').all(is_part);
    is_valid && (host.is_some() || tag.is_some() || digest.is_some() || is_owned)
}

/// Refuses an image of `object` that is not in `registry` or has no digest, and other mentions of an image in
/// `registry` that the supply lock did not pin.
pub(in crate::artifact) fn pinned(object: &Value, registry: &str) -> Vec<Finding> {
    let is_pinned = |image: &str| {
        let inside = image.strip_prefix(registry).is_some_and(|rest| rest.starts_with('/'));
        inside && image.contains("@sha256:")
    };
    let images = with_fields(object);
    let wrong = images.iter().filter(|(_, image)| !is_pinned(image));
    let mut found: Vec<Finding> = wrong.map(|(path, image)| not_pinned(image).field(path.as_str())).collect();
    let carries_data = object["kind"].as_str().is_some_and(|kind| WITHOUT_IMAGES.contains(&kind));
    if !carries_data {
        let mut mentions = Vec::new();
        for (key, value) in object.as_object().into_iter().flatten().filter(|(key, _)| *key != "metadata") {
            unpinned_mentions(value, key, registry, &mut mentions);
        }
        mentions.retain(|(path, _)| !images.iter().any(|(image, _)| image == path));
        found.extend(mentions.into_iter().map(|(path, image)| not_pinned(&image).field(path)));
    }
    found
}

fn not_pinned(image: &str) -> Finding {
    finding(format!("the image `{image}` is not pinned"))
        .hint("add it to `infra/images.toml` and write `${REGISTRY}/NAME:locked`")
}

/// The arguments and variables that name an image in `registry` without a digest, for example `--image=R/x:1`.
fn unpinned_mentions(value: &Value, path: &str, registry: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                unpinned_mentions(item, &format!("{path}[{at}]"), registry, found);
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                unpinned_mentions(value, &format!("{path}.{key}"), registry, found);
            }
        }
        Value::String(text) => {
            let prefix = format!("{registry}/");
            let mention = text.split(|c: char| c.is_whitespace() || "=,;\"'".contains(c));
            let mention = mention.filter(|word| word.starts_with(&prefix) && !word.contains("@sha256:"));
            let image =
                mention.filter(|word| word[prefix.len()..].starts_with(|c: char| c.is_ascii_lowercase()));
            found.extend(image.map(|image| (path.to_owned(), image.to_owned())));
        }
        _ => (),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn images_are_found_at_any_depth() {
        let pinned_image = "R/x@sha256:0";
        for object in [
            json!({"kind": "Pod", "spec": {"containers": [{"image": "x"}]}}),
            json!({"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": {"initContainers": [{"image": "x"}]}}}}}}),
            json!({"kind": "Cluster", "spec": {"imageName": "R/x:1"}}),
            json!({"kind": "Pod", "spec": {"volumes": [{"image": {"reference": "x"}}]}}),
            json!({"kind": "EnvoyProxy", "spec": {"a": {"b": {"image": "Rx/y@sha256:0"}}}}),
            json!({"kind": "Buoy", "spec": {"podTemplate": {"containers": [{"image": "x"}]}}}),
            json!({"kind": "Buoy", "spec": {"image": {"reference": "ghcr.io/x/y"}}}),
        ] {
            assert_eq!(pinned(&object, "R").len(), 1, "{object}");
        }
        let fine = json!({"kind": "Pod", "spec": {"containers": [{"image": pinned_image}]}});
        assert_eq!(pinned(&fine, "R"), []);
    }

    #[test]
    fn data_and_metadata_are_not_images() {
        for object in [
            json!({"kind": "ConfigMap", "data": {"image": "logo.svg"}}),
            json!({"kind": "CustomResourceDefinition", "spec": {"image": "x"}}),
            json!({"kind": "Pod", "metadata": {"annotations": {"image": "x"}}}),
        ] {
            assert_eq!(pinned(&object, "R"), [], "{object}");
        }
    }

    #[test]
    fn pictures_of_custom_resources_are_not_images() {
        for image in [
            "logo.svg",
            "images/logo.svg",
            "./logo.svg",
            "/logo",
            "https://x.org/logo.svg",
            "Logo",
            "a b",
            "",
            "logo",
        ] {
            assert_eq!(pinned(&json!({"kind": "Site", "spec": {"image": image}}), "R"), [], "{image}");
        }
        for image in ["nginx:1.27", "grafana/grafana", "ghcr.io/x/y", "nginx@sha256:0", "localhost:5000/x"] {
            let object = json!({"kind": "Site", "spec": {"items": [{"image": image}]}});
            let found = pinned(&object, "R");
            assert_eq!(
                found[0].near,
                Some(super::super::Near::Field("spec.items[0].image".into())),
                "{image}"
            );
        }
    }

    #[test]
    fn arguments_with_an_image_must_be_pinned() {
        let object = |text: &str| json!({"kind": "Pod", "spec": {"containers": [{"args": [text]}]}});
        for text in ["--image=R/x:1", "R/x", "a R/x:locked"] {
            assert_eq!(pinned(&object(text), "R").len(), 1, "{text}");
        }
        for text in ["--image=R/x@sha256:0", "oci://R/x", "write R/NAME:locked", "R"] {
            assert_eq!(pinned(&object(text), "R"), [], "{text}");
        }
        let data = json!({"kind": "ConfigMap", "data": {"help": "R/x:1"}});
        assert_eq!(pinned(&data, "R"), []);
    }
}
