//! What is particular to clusters: their versions, their nodes, their pools, and how they are reached.

use serde_json::{Value, json};

use super::{
    Account,
    api::{Answer, Named, Request, absent, list, make},
    kinds::kind,
    store::Store,
};

/// The versions of Kubernetes that a cluster may be made with.
pub fn versions() -> Vec<Value> {
    let version = |name: &str| {
        json!({"name": name, "label": format!("Kubernetes {name}"), "region": "fr-par", "available_cnis": ["cilium"],
            "available_container_runtimes": ["containerd"], "available_feature_gates": [],
            "available_admission_plugins": [], "available_kubelet_args": {}})
    };
    ["1.34.4", "1.35.2", "1.35.4"].map(version).into()
}

pub fn kubeconfig(store: &Store, account: &Account, named: &Named<'_>, id: &str) -> Answer {
    let Some(cluster) = store.seen(&format!("{}/{id}", named.collection)) else {
        return absent("cluster", id);
    };
    let text = account.kubeconfig(cluster["name"].as_str().unwrap_or_default());
    (
        200,
        json!({"name": "kubeconfig.yaml", "content_type": "application/octet-stream", "content": base64(text.as_bytes())}),
    )
}

fn pools_of(store: &Store, named: &Named<'_>, cluster: &str) -> Vec<(String, Value)> {
    let mut pools = store.below(&named.collection.replace("/clusters", "/pools"));
    pools.retain(|(_, pool)| pool["cluster_id"] == cluster);
    pools
}

pub fn pools(store: &Store, named: &Named<'_>, cluster: &str, request: &Request<'_>) -> Answer {
    list(pools_of(store, named, cluster), "pools", request)
}

pub fn nodes(store: &Store, named: &Named<'_>, cluster: &str, request: &Request<'_>) -> Answer {
    let wanted = request.asked("pool_id");
    let mut all = Vec::new();
    for (path, pool) in pools_of(store, named, cluster) {
        let id = path.rsplit('/').next().unwrap_or_default();
        if wanted.is_some_and(|wanted| wanted != id) {
            continue;
        }
        for index in 0..pool["size"].as_u64().unwrap_or_default() {
            let name = format!("{}-node-{index}", pool["name"].as_str().unwrap_or_default());
            all.push((
                name.clone(),
                json!({"id": format!("{id}-{index}"), "name": name, "pool_id": id, "cluster_id": cluster,
                "status": "ready", "region": named.region, "provider_id": "", "conditions": {}}),
            ));
        }
    }
    list(all, "nodes", request)
}

pub fn make_pool(
    store: &mut Store,
    account: &Account,
    named: &Named<'_>,
    cluster: &str,
    request: &Request<'_>,
) -> Answer {
    let path = format!("{}/{cluster}", named.collection);
    let Some(found) = store.seen(&path) else { return absent("cluster", cluster) };
    if found["status"] == "creating" {
        return (412, json!({"type": "precondition_failed", "message": "the cluster is not ready"}));
    }
    let mut asked = request.body.clone();
    asked["cluster_id"] = cluster.into();
    let zone = asked["zone"].as_str().unwrap_or_default().to_owned();
    let pools = Named {
        kind: "k8s/v1/pools".to_owned(),
        collection: named.collection.replace("/clusters", "/pools"),
        zone: &zone,
        ..*named
    };
    let Some(kind) = kind("k8s/v1/pools") else { return absent("collection", "pools") };
    let answer = make(store, account, kind, &pools, &asked);
    store.change(&path, |cluster| cluster["status"] = "ready".into());
    answer
}

/// Standard base64 with padding; the API gives files so.
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
