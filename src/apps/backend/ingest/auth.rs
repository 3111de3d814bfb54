//! Authenticates the sender of a batch by the bearer token of its buoy.

use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, header, request::Parts};
use seasense::apps::shared::token;
use sqlx::PgConnection;
use subtle::ConstantTimeEq;

use crate::problem::Problem;

/// The buoy that a batch names as its sender.
#[derive(Debug, sqlx::FromRow)]
pub struct Sender {
    /// Key in the database.
    pub id: i32,
    token_sha256: Vec<u8>,
}

impl Sender {
    /// Whether the token is this buoy's; compares in constant time.
    pub fn accepts(&self, token: &str) -> bool {
        token::digest(token).ct_eq(&self.token_sha256).into()
    }
}

/// The token of a request; a request without one is rejected before its body is read.
pub struct Token(pub String);

impl<S: Sync> FromRequestParts<S> for Token {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        bearer(&parts.headers).map(|token| Self(token.to_owned()))
    }
}

/// Returns the token in the `Authorization` header.
fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
        .map(|(_, token)| token)
        .ok_or_else(Problem::unauthorised)
}

/// Returns the buoy with this code, if it exists.
pub async fn find(connection: &mut PgConnection, code: &str) -> sqlx::Result<Option<Sender>> {
    if !token::is_id(code) {
        return Ok(None);
    }
    sqlx::query_as("SELECT id, token_sha256 FROM buoy WHERE code = $1")
        .bind(code)
        .fetch_optional(connection)
        .await
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))])
    }

    #[test]
    fn other_schemes_and_empty_tokens_are_rejected() {
        assert_eq!(bearer(&headers("Bearer abc")).unwrap(), "abc");
        assert_eq!(bearer(&headers("bearer abc")).unwrap(), "abc");
        for wrong in ["Basic abc", "Bearer ", "Bearer", "abc", ""] {
            assert_eq!(bearer(&headers(wrong)).unwrap_err(), Problem::unauthorised(), "{wrong:?}");
        }
        assert_eq!(bearer(&HeaderMap::new()).unwrap_err(), Problem::unauthorised());
    }

    #[test]
    fn token_of_another_buoy_is_rejected() {
        let buoy = Sender { id: 1, token_sha256: token::digest("right").to_vec() };
        assert!(buoy.accepts("right"));
        assert!(!buoy.accepts("wrong"));
        assert!(!Sender { id: 1, token_sha256: Vec::new() }.accepts("right"));
    }
}
