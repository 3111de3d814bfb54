//! Extracts a JSON body, compressed or not.

use std::io::Read as _;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use flate2::bufread::MultiGzDecoder;

use crate::limits;
use crate::problem::Problem;

/// The first bytes of a gzip file. No JSON text begins with them.
const GZIP_MAGIC: &[u8] = b"\x1f\x8b";

/// The bytes of a body that is declared as JSON, decompressed.
pub struct JsonBody(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        check_type(request.headers())?;
        let declared = is_gzip(request.headers())?;
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let code = match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => "too-large",
                _ => "incomplete-body",
            };
            Problem::new(rejection.status(), code, rejection.body_text())
        })?;
        if declared || bytes.starts_with(GZIP_MAGIC) { decompress(&bytes).map(Self) } else { Ok(Self(bytes)) }
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    let declared =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json =
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    if is_json {
        return Ok(());
    }
    let detail = "content-type: must be application/json";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail))
}

fn is_gzip(headers: &HeaderMap) -> Result<bool, Problem> {
    let Some(declared) = headers.get(header::CONTENT_ENCODING) else { return Ok(false) };
    match declared.to_str().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(false),
        "gzip" | "x-gzip" => Ok(true),
        _ => {
            let detail = "content-encoding: must be gzip or identity";
            Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-encoding", detail))
        }
    }
}

/// Decompresses a body; the limit of a body counts after it too, so that a small one cannot fill the memory.
fn decompress(bytes: &[u8]) -> Result<Bytes, Problem> {
    let mut text = Vec::new();
    let limit = limits::BODY_BYTES as u64 + 1;
    let read = MultiGzDecoder::new(bytes).take(limit).read_to_end(&mut text);
    if let Err(error) = read {
        let detail = format!("the body cannot be decompressed: {error}");
        return Err(Problem::new(StatusCode::BAD_REQUEST, "not-gzip", detail));
    }
    if text.len() > limits::BODY_BYTES {
        let detail = format!("the decompressed body has more than {} bytes", limits::BODY_BYTES);
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail));
    }
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use axum::body::Body;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    async fn read(content_type: &str, encoding: Option<&str>, body: Vec<u8>) -> Result<Vec<u8>, u16> {
        let mut request = Request::builder().header("content-type", content_type);
        if let Some(encoding) = encoding {
            request = request.header("content-encoding", encoding);
        }
        let request = request.body(Body::from(body)).unwrap();
        let body = JsonBody::from_request(request, &()).await;
        body.map(|body| body.0.to_vec()).map_err(|problem| problem.status().as_u16())
    }

    #[tokio::test]
    async fn gzip_body_is_decompressed_declared_or_not() {
        let text = b"\xef\xbb\xbf{}".to_vec();
        for encoding in [Some("gzip"), Some("GZIP"), Some("x-gzip"), None] {
            assert_eq!(
                read("application/json", encoding, gzip(&text)).await,
                Ok(text.clone()),
                "{encoding:?}"
            );
        }
        let twice = [gzip(b"{"), gzip(b"}")].concat();
        assert_eq!(read("application/json", Some("gzip"), twice).await, Ok(b"{}".to_vec()));
        assert_eq!(read("application/json", Some("identity"), text.clone()).await, Ok(text));
    }

    #[tokio::test]
    async fn broken_and_huge_bodies_are_rejected() {
        let cut = gzip(b"{\"buoy\": 1}")[..12].to_vec();
        assert_eq!(read("application/json", Some("gzip"), cut).await, Err(400));
        assert_eq!(read("application/json", Some("gzip"), b"{}".to_vec()).await, Err(400));
        let bomb = gzip(&vec![b' '; limits::BODY_BYTES + 1]);
        assert!(bomb.len() < limits::BODY_BYTES / 100);
        assert_eq!(read("application/json", Some("gzip"), bomb).await, Err(413));
        let most = vec![b' '; limits::BODY_BYTES];
        assert_eq!(read("application/json", Some("gzip"), gzip(&most)).await, Ok(most));
    }

    #[tokio::test]
    async fn other_types_and_encodings_are_rejected() {
        for json in ["application/json", "Application/JSON; charset=utf-8", "application/senml+json"] {
            assert_eq!(read(json, None, b"{}".to_vec()).await, Ok(b"{}".to_vec()), "{json}");
        }
        for other in ["text/plain", "", "json", "text/json+json"] {
            assert_eq!(read(other, None, b"{}".to_vec()).await, Err(415), "{other}");
        }
        assert_eq!(read("application/json", Some("br"), b"{}".to_vec()).await, Err(415));
    }
}
