//! A fake Cloudflare zone with DNS records.

use serde_json::{Value, json};

use super::{api::Response, store::Store};

/// The only zone.
pub const ZONE: &str = "seasense.org";
/// The API token of the zone.
pub const TOKEN: &str = "cloudflare-token-that-must-not-leak";

const RECORDS: &str = "/client/v4/zones/z1/dns_records";

/// Handles one request.
pub fn answer(
    store: &mut Store,
    method: &str,
    path: &str,
    query: &[(String, String)],
    body: &Value,
) -> Response {
    let parameter = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let found = |result: Value| (200, json!({"success": true, "errors": [], "result": result}));
    match (method, path) {
        ("GET", "/client/v4/zones") if parameter("name") == Some(ZONE) => {
            found(json!([{"id": "z1", "name": ZONE}]))
        }
        ("GET", "/client/v4/zones") => found(json!([])),
        ("GET", RECORDS) => {
            let mut all: Vec<Value> = store.below(RECORDS).into_iter().map(|(_, one)| one).collect();
            all.retain(|one| parameter("name").is_none_or(|name| one["name"] == name));
            found(all.into())
        }
        ("POST", RECORDS) => {
            let id = store.identity();
            let mut one = body.clone();
            one["id"] = id.clone().into();
            store.put(&format!("{RECORDS}/{id}"), one.clone(), None);
            found(one)
        }
        ("PUT", path) if store.peek(path).is_some() => {
            let mut one = body.clone();
            one["id"] = store.peek(path).unwrap_or_default()["id"].clone();
            store.put(path, one.clone(), None);
            found(one)
        }
        ("DELETE", path) if store.remove(path).is_some() => found(Value::Null),
        _ => (
            404,
            json!({"success": false, "errors": [{"code": 7003, "message": "not found"}], "result": null}),
        ),
    }
}
