//! What the API server would refuse of one environment, with file and line.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    super::{
        api_validation::{ApiValidation, Cluster, Refusal},
        build::is_flux_kustomization,
        definitions::at_path,
        fields,
        rules::{Finding, Near},
    },
    Phase, failure,
    location::Locator,
    objects_of,
};
use crate::{
    base::failure::{Failure, Result},
    config::nearest,
};

/// Returns what the API server would refuse in the objects of an environment. `flux` are Flux's own objects, which
/// the cluster contains before.
pub(super) async fn refused(
    flux: &[Value],
    built: &[Phase],
    locator: &Locator<'_>,
    validation: &ApiValidation,
) -> Result<Vec<Failure>> {
    let cluster = Cluster::of(flux.iter().chain(objects_of(built).map(|(_, object)| object)));
    let completed: Vec<Cow<'_, Value>> = objects_of(built).map(|(_, object)| with_source(object)).collect();
    let judged: Vec<&Value> = completed.iter().map(AsRef::as_ref).collect();
    let refusals = validation.refusals(&cluster, &judged).await?;
    let places = objects_of(built).zip(refusals);
    Ok(places
        .flat_map(|((place, object), refusals)| {
            let failures = refusals
                .into_iter()
                .map(move |refusal| failure(finding(object, refusal), locator, place, object));
            failures.map(|failure| with_cure(failure, locator))
        })
        .collect())
}

/// Quotes around a variable do not help, because Flux removes them before it substitutes.
fn with_cure(mut failure: Failure, locator: &Locator<'_>) -> Failure {
    let is_type = failure.message.contains("`: expected string");
    if is_type && failure.location.as_ref().is_some_and(|own| locator.line(own).contains("${")) {
        failure.hints = vec![VARIABLE.to_owned()];
    }
    failure
}

/// What to do about a variable whose value is not a string.
const VARIABLE: &str = "Flux removes the quotes around a variable: make it a part of a longer text, or write it in a \
                        block (`|`), which stays a text";

/// A Kustomization gets its source when the tree is packed.
fn with_source(object: &Value) -> Cow<'_, Value> {
    if !is_flux_kustomization(object) || object["spec"].get("sourceRef").is_some() {
        return Cow::Borrowed(object);
    }
    match object["spec"]["path"].as_str() {
        Some(path) => Cow::Owned(at_path(object, path)),
        None => Cow::Borrowed(object),
    }
}

fn finding(object: &Value, refusal: Refusal) -> Finding {
    let Refusal { field, message, unknown, known } = refusal;
    let name = match field.as_str() {
        "kind" | "apiVersion" => object[&field].as_str().unwrap_or_default(),
        _ => fields::steps(&field).last().copied().unwrap_or_default(),
    };
    let hint = unknown.then(|| match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("the nearest known name is `{near}`"),
        None if known.is_empty() || known.len() > LISTED => "correct or remove it".to_owned(),
        None => format!("known are {}", known.join(", ")),
    });
    let quote = || message.starts_with("expected string").then(|| "write the value in quotes".to_owned());
    let hint = hint.or_else(quote);
    let near = (!field.is_empty()).then(|| Near::Field(field.clone()));
    let message = if field.is_empty() { message } else { format!("`{field}`: {message}") };
    Finding { message, near, hint }
}

/// The longest list of names in a hint.
const LISTED: usize = 8;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(field: &str, message: &str, known: Option<&[&str]>) -> Refusal {
        Refusal {
            field: field.to_owned(),
            message: message.to_owned(),
            unknown: known.is_some(),
            known: known.unwrap_or_default().iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn unknown_names_have_the_nearest_known_one() {
        let object = json!({"kind": "Deploymnt"});
        let hint = |field: &str, known: &[&str]| finding(&object, refusal(field, "m", Some(known))).hint;
        let near = Some("the nearest known name is `replicas`".to_owned());
        assert_eq!(hint("spec.replica", &["paused", "replicas"]), near);
        let near = Some("the nearest known name is `Deployment`".to_owned());
        assert_eq!(hint("kind", &["Deployment"]), near);
        assert_eq!(hint("spec.x", &["paused"]), Some("known are paused".to_owned()));
        assert_eq!(hint("spec.x", &[]), Some("correct or remove it".to_owned()));
    }

    #[test]
    fn a_finding_names_field_and_value() {
        let found = finding(&json!({}), refusal("spec.ports[0].name", "Required value", None));
        assert_eq!(found.message, "`spec.ports[0].name`: Required value");
        assert_eq!(found.near, Some(Near::Field("spec.ports[0].name".to_owned())));
        assert_eq!(found.hint, None);
        let found = finding(&json!({}), refusal("data.x", "expected string, got 1", None));
        assert_eq!(found.hint.as_deref(), Some("write the value in quotes"));
    }

    #[test]
    fn a_kustomization_without_a_source_gets_one() {
        let version = "kustomize.toolkit.fluxcd.io/v1";
        let object = json!({"apiVersion": version, "kind": "Kustomization", "spec": {"path": "./a"}});
        assert_eq!(with_source(&object)["spec"]["sourceRef"]["kind"], "OCIRepository");
        let other = json!({"apiVersion": "v1", "kind": "Service", "spec": {}});
        assert_eq!(*with_source(&other), other);
    }
}
