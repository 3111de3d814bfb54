//! The fake of Kapsule: versions, nodes, pools and kubeconfigs of clusters.

use serde_json::{Value, json};

use super::{
    Account,
    api::{Request, Response, Route, absent, create_in, list},
    kinds::kind,
    store::Store,
};

/// The Kubernetes versions that are offered.
pub fn versions() -> Vec<Value> {
    let version = |name: &str| {
        json!({"name": name, "label": format!("Kubernetes {name}"), "region": "fr-par", "available_cnis": ["cilium"],
            "available_container_runtimes": ["containerd"], "available_feature_gates": [],
            "available_admission_plugins": [], "available_kubelet_args": {}})
    };
    ["1.35.4", "1.36.2", "1.36.4"].map(version).into()
}

pub fn kubeconfig(store: &Store, account: &Account, route: &Route<'_>, id: &str) -> Response {
    let Some(cluster) = store.peek(&format!("{}/{id}", route.collection)) else {
        return absent("cluster", id);
    };
    let text = account.kubeconfig(cluster["name"].as_str().unwrap_or_default());
    (
        200,
        json!({"name": "kubeconfig.yaml", "content_type": "application/octet-stream", "content": base64(text.as_bytes())}),
    )
}

fn pools_of(store: &Store, route: &Route<'_>, cluster: &str) -> Vec<(String, Value)> {
    let mut pools = store.below(&route.collection.replace("/clusters", "/pools"));
    pools.retain(|(_, pool)| pool["cluster_id"] == cluster);
    pools
}

pub fn pools(store: &Store, route: &Route<'_>, cluster: &str, request: &Request<'_>) -> Response {
    list(pools_of(store, route, cluster), "pools", request)
}

pub fn nodes(store: &Store, route: &Route<'_>, cluster: &str, request: &Request<'_>) -> Response {
    let selected = request.parameter("pool_id");
    let mut all = Vec::new();
    for (path, pool) in pools_of(store, route, cluster) {
        let id = path.rsplit('/').next().unwrap_or_default();
        if selected.is_some_and(|pool| pool != id) {
            continue;
        }
        for index in 0..pool["size"].as_u64().unwrap_or_default() {
            let name = format!("{}-node-{index}", pool["name"].as_str().unwrap_or_default());
            all.push((
                name.clone(),
                json!({"id": format!("{id}-{index}"), "name": name, "pool_id": id, "cluster_id": cluster,
                "status": "ready", "region": route.region, "provider_id": "", "conditions": {}}),
            ));
        }
    }
    list(all, "nodes", request)
}

pub fn create_pool(
    store: &mut Store,
    account: &Account,
    route: &Route<'_>,
    cluster: &str,
    request: &Request<'_>,
) -> Response {
    let path = format!("{}/{cluster}", route.collection);
    let Some(found) = store.peek(&path) else { return absent("cluster", cluster) };
    if found["status"] == "creating" {
        return (412, json!({"type": "precondition_failed", "message": "the cluster is not ready"}));
    }
    let mut requested = request.body.clone();
    requested["cluster_id"] = cluster.into();
    let zone = requested["zone"].as_str().unwrap_or_default().to_owned();
    let pools = Route {
        kind: "k8s/v1/pools".to_owned(),
        collection: route.collection.replace("/clusters", "/pools"),
        zone: &zone,
        ..*route
    };
    let Some(kind) = kind("k8s/v1/pools") else { return absent("collection", "pools") };
    let answer = create_in(store, account, kind, &pools, &requested);
    store.change(&path, |cluster| cluster["status"] = "ready".into());
    answer
}

/// Standard base64 with padding, which the API uses for files.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let last = digit > chunk.len();
            let value = usize::try_from(number >> (18 - 6 * digit) & 63).unwrap();
            text.push(if last { '=' } else { char::from(DIGITS[value]) });
        }
    }
    text
}
