//! Who may send: the bearer token of the buoy whose readings these are.

use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, header, request::Parts};
use seasense::apps::shared::token;
use sqlx::PgConnection;
use subtle::ConstantTimeEq;

use crate::problem::Problem;

/// A buoy that claims to be the sender.
#[derive(Debug, sqlx::FromRow)]
pub struct Claimed {
    /// Key in the database.
    pub id: i32,
    token_sha256: Vec<u8>,
}

impl Claimed {
    /// Whether the token is this buoy's, in a time that tells nothing.
    pub fn accepts(&self, token: &str) -> bool {
        token::digest(token).ct_eq(&self.token_sha256).into()
    }
}

/// The token that came with a request; without one the body is not even read.
pub struct Token(pub String);

impl<S: Sync> FromRequestParts<S> for Token {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        bearer(&parts.headers).map(|token| Self(token.to_owned()))
    }
}

/// The token in the `Authorization` header.
fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
        .map(|(_, token)| token)
        .ok_or_else(Problem::unauthorised)
}

/// The buoy of this code, if there is one.
pub async fn find(connection: &mut PgConnection, code: &str) -> sqlx::Result<Option<Claimed>> {
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
    fn only_a_bearer_token_is_taken() {
        assert_eq!(bearer(&headers("Bearer abc")).unwrap(), "abc");
        assert_eq!(bearer(&headers("bearer abc")).unwrap(), "abc");
        for wrong in ["Basic abc", "Bearer ", "Bearer", "abc", ""] {
            assert_eq!(bearer(&headers(wrong)).unwrap_err(), Problem::unauthorised(), "{wrong:?}");
        }
        assert_eq!(bearer(&HeaderMap::new()).unwrap_err(), Problem::unauthorised());
    }

    #[test]
    fn only_the_buoy_s_own_token_is_accepted() {
        let buoy = Claimed { id: 1, token_sha256: token::digest("right").to_vec() };
        assert!(buoy.accepts("right"));
        assert!(!buoy.accepts("wrong"));
        assert!(!Claimed { id: 1, token_sha256: Vec::new() }.accepts("right"));
    }
}
