//! Extracts query parameters; an invalid one is rejected with problem details that name it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// The query parameters.
pub struct Query<T>(pub T);

/// The parameters of a query without any.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoParams {}

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parse(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let (path, message) = (error.path().to_string(), error.into_inner().to_string());
        match Fault::of(&message) {
            Some((fault, name)) => Problem::invalid_query(&shortened(name), fault.in_query()),
            None => Problem::invalid_query(&path, message),
        }
    })
}

/// A fault that serde reports for the whole map, with the name of the field in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A required field is not there.
    Missing,
    /// A field has no meaning.
    Unknown,
    /// A field is there twice.
    Doubled,
}

impl Fault {
    /// Returns the fault in a message of serde, and the field that it names.
    pub fn of(message: &str) -> Option<(Self, &str)> {
        let faults = [
            ("missing field `", Self::Missing),
            ("unknown field `", Self::Unknown),
            ("duplicate field `", Self::Doubled),
        ];
        faults.into_iter().find_map(|(text, fault)| {
            let rest = message.strip_prefix(text)?;
            Some((fault, rest.split_once('`')?.0))
        })
    }

    fn in_query(self) -> &'static str {
        match self {
            Self::Missing => "is required",
            Self::Unknown => "is not a parameter of this query",
            Self::Doubled => "is given more than once",
        }
    }

    /// Describes the fault of a field in a batch.
    pub fn in_batch(self) -> &'static str {
        match self {
            Self::Missing => "is required",
            Self::Unknown => "is not a known field",
            Self::Doubled => "is there twice",
        }
    }
}

/// Truncates a client's text for the response.
pub fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the rejections are inspected")]
    struct Params {
        buoy: String,
        count: Option<u8>,
    }

    fn rejection(query: &str) -> serde_json::Value {
        serde_json::to_value(parse::<Params>(query).unwrap_err()).unwrap()
    }

    #[test]
    fn every_invalid_parameter_is_named() {
        let cases = [
            ("", "buoy", "buoy: is required"),
            ("buoy=a&buoy=b", "buoy", "buoy: is given more than once"),
            ("buoy=a&colour=red", "colour", "colour: is not a parameter of this query"),
            ("buoy=a&count=x", "count", "count: invalid digit found in string"),
            ("buoy=a&count=", "count", "count: cannot parse integer from empty string"),
        ];
        for (query, parameter, detail) in cases {
            let problem = rejection(query);
            assert_eq!(problem["parameter"], parameter, "{query}");
            assert_eq!(problem["detail"], detail, "{query}");
            assert_eq!((&problem["status"], &problem["code"]), (&422.into(), &"invalid-query".into()));
        }
    }

    #[test]
    fn query_without_parameters_rejects_any() {
        assert!(parse::<NoParams>("").is_ok());
        assert_eq!(
            serde_json::to_value(parse::<NoParams>("buoy=a").unwrap_err()).unwrap()["parameter"],
            "buoy"
        );
    }
}
