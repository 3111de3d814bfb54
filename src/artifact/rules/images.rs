//! The rule for images: every image is in the environment's registry, with a digest. Pure.

use serde_json::Value;

use super::{Finding, finding};

/// Returns the images of `object`: `image` and `imageName` at any depth, and `reference` of an image volume.
/// Metadata and objects that only carry data have none.
pub(in crate::artifact) fn images(object: &Value) -> Vec<&str> {
    let carries_data = ["ConfigMap", "Secret", "CustomResourceDefinition"];
    let mut found = Vec::new();
    if let (Some(fields), false) =
        (object.as_object(), carries_data.iter().any(|kind| object["kind"] == *kind))
    {
        for (_, value) in fields.iter().filter(|(key, _)| *key != "metadata") {
            collect(value, &mut found);
        }
    }
    found
}

fn collect<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(fields) => {
            for (key, value) in fields {
                match (key.as_str(), value) {
                    ("image" | "imageName", Value::String(image)) => found.push(image),
                    ("image", Value::Object(volume)) => {
                        found.extend(volume.get("reference").and_then(Value::as_str));
                        collect(value, found);
                    }
                    _ => collect(value, found),
                }
            }
        }
        _ => (),
    }
}

/// Refuses an image of `object` that is not in `registry` or has no digest.
pub(in crate::artifact) fn pinned(object: &Value, registry: &str) -> Vec<Finding> {
    let is_pinned = |image: &str| {
        let inside = image.strip_prefix(registry).is_some_and(|rest| rest.starts_with('/'));
        inside && image.contains("@sha256:")
    };
    let wrong = images(object).into_iter().filter(|image| !is_pinned(image));
    wrong
        .map(|image| {
            finding(format!("the image `{image}` is not pinned"))
                .near(image)
                .hint("add it to `infra/images.toml` and write `${REGISTRY}/NAME:locked`")
        })
        .collect()
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
            json!({"kind": "Cluster", "spec": {"imageName": "R/x:1"}}),
            json!({"kind": "Pod", "spec": {"volumes": [{"image": {"reference": "x"}}]}}),
            json!({"kind": "EnvoyProxy", "spec": {"a": {"b": {"image": "Rx/y@sha256:0"}}}}),
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
}
