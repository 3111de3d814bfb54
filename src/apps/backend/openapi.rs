//! The OpenAPI 3.1 document, generated from the handlers.

use axum::Json;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{ingest, query};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "SeaSense API",
        description = "Readings of water temperature, salinity, oxygen and pH from buoys carried by sailors. Times are RFC 3339 in UTC; errors are RFC 9457 problem details.",
    ),
    paths(
        ingest::post,
        query::buoys::get,
        query::parameters::get,
        query::latest::get,
        query::series::get,
        query::tracks::get,
        query::export::get,
        query::summary::get,
        query::quarantine::get,
    ),
    tags(
        (name = "ingest", description = "For buoys"),
        (name = "data", description = "Public, without a token"),
    ),
    modifiers(&BuoyToken),
)]
struct Api;

/// Declares how a buoy authenticates.
struct BuoyToken;

impl Modify for BuoyToken {
    fn modify(&self, document: &mut Document) {
        let scheme =
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The token of the buoy"));
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("buoy", SecurityScheme::Http(scheme.build()));
    }
}

/// Returns the document.
pub fn document() -> Document {
    Api::openapi()
}

/// Returns the document as the text that `docs/api/openapi.json` contains.
pub fn text() -> serde_json::Result<String> {
    Ok(document().to_pretty_json()? + "\n")
}

/// `GET /api/openapi.json`.
pub async fn get() -> Json<Document> {
    Json(document())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openapi_json_in_the_repository_is_up_to_date() {
        let committed = include_str!("../../../docs/api/openapi.json");
        assert!(
            committed == text().unwrap(),
            "docs/api/openapi.json is out of date: `cargo run --features apps --bin seasense-backend -- openapi > docs/api/openapi.json`"
        );
    }

    #[test]
    fn every_operation_documents_its_errors() {
        let document = serde_json::to_value(document()).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let responses = operation["responses"].as_object().unwrap();
                assert!(responses.contains_key("200"), "{method} {path}");
                for (status, response) in responses.iter().filter(|(status, _)| *status != "200") {
                    assert!(
                        response["content"].get("application/problem+json").is_some(),
                        "{method} {path} {status}"
                    );
                }
            }
        }
    }
}
