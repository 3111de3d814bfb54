//! The security headers of every response.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Scripts, styles, fonts and data only from this host; no framing of the page; no HTML from strings.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const FIXED: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Returns the headers of every response; `hsts_seconds` above 0 adds Strict-Transport-Security.
pub fn security_headers(hsts_seconds: u32) -> HeaderMap {
    let mut headers: HeaderMap =
        FIXED.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
    if hsts_seconds > 0
        && let Ok(value) = HeaderValue::from_str(&format!("max-age={hsts_seconds}; includeSubDomains"))
    {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hsts_is_sent_only_if_configured() {
        assert!(!security_headers(0).contains_key(header::STRICT_TRANSPORT_SECURITY));
        assert_eq!(
            security_headers(86_400)[header::STRICT_TRANSPORT_SECURITY],
            "max-age=86400; includeSubDomains"
        );
    }

    #[test]
    fn csp_allows_no_inline_code_and_no_other_host() {
        let policy = security_headers(0)[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'self';"));
        assert!(!policy.contains("unsafe") && !policy.contains("http"));
    }
}
