//! What the gateway's proxies have in mind, from their administration port; its fields are chosen by name.

use serde_json::{Map, Value};

use super::basket::Basket;
use crate::base::{
    failure::{Context, Kind, Result},
    k8s::{Client, Selector, object, resource},
};

const NAMESPACE: &str = "envoy-gateway-system";
const PROXIES: &str = "app.kubernetes.io/component=proxy";
/// The parts of the configuration that tell where requests go; certificates and keys are in another one.
const DUMPS: [&str; 4] =
    ["ListenersConfigDump", "RoutesConfigDump", "ClustersConfigDump", "EndpointsConfigDump"];
/// The names of fields that are taken, at any depth of those parts.
const FIELDS: &str = "\
    @type active_state address cluster cluster_name cluster_type clusters configs common_tls_context \
    connect_timeout details domains dynamic_active_clusters dynamic_endpoint_configs dynamic_listeners \
    dynamic_route_configs dynamic_warming_clusters endpoint endpoint_config endpoints eds_cluster_config \
    error_state failed_configuration filter_chain_match filter_chains filters health_checks \
    health_status host_rewrite_literal http_filters idle_timeout last_update_attempt last_updated \
    lb_endpoints lb_policy listener load_assignment load_balancing_policy locality match max_connections \
    max_pending_requests max_requests name outlier_detection path path_separated_prefix policies \
    port_value prefix priority protocol rds redirect region require_tls retry_policy route route_config \
    route_config_name routes sds_config server_names service_name socket_address state static_clusters \
    static_endpoint_configs static_listeners static_route_configs stat_prefix status sub_zone timeout \
    tls_certificate_sds_secret_configs tls_maximum_protocol_version tls_minimum_protocol_version \
    tls_params transport_protocol transport_socket type typed_config value version_info virtual_hosts \
    warming_state weight weighted_clusters zone";
/// It listens inside the pod only.
const ADMIN_PORT: u16 = 19000;

/// The configuration and the state of the upstreams of every proxy.
pub(super) async fn dumps(client: &Client, basket: &Basket) {
    let pods = client.list(&resource::POD, Some(NAMESPACE), &Selector::labels(PROXIES)).await;
    let Some(pods) = basket.taken("envoy", pods) else { return };
    for pod in pods.iter().map(object::name) {
        let path = format!("envoy/{pod}/config.json");
        if let Some(dump) = basket.taken(&path, dump(client, pod).await) {
            basket.data(path, dump);
        }
        let path = format!("envoy/{pod}/clusters.txt");
        if let Some(text) =
            basket.taken(&path, client.http_get((NAMESPACE, pod), ADMIN_PORT, "/clusters").await)
        {
            basket.text(path, text);
        }
    }
}

async fn dump(client: &Client, pod: &str) -> Result<Value> {
    let text = client.http_get((NAMESPACE, pod), ADMIN_PORT, "/config_dump?include_eds").await?;
    let dump: Value = serde_json::from_str(&text).context(Kind::Workload, "read Envoy's configuration")?;
    Ok(chosen(&dump))
}

/// The parts and fields that may be told; pure.
fn chosen(dump: &Value) -> Value {
    let wanted = |config: &&Value| {
        object::text(config, "/@type").is_some_and(|kind| DUMPS.iter().any(|name| kind.ends_with(name)))
    };
    object::list(dump, "/configs").iter().filter(wanted).map(fields).collect()
}

fn fields(value: &Value) -> Value {
    let is_named = |name: &str| FIELDS.split_whitespace().any(|field| field == name);
    match value {
        Value::Object(all) => {
            let kept = all.iter().filter(|(name, _)| is_named(name));
            Value::Object(kept.map(|(name, field)| (name.clone(), fields(field))).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(fields).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_and_added_headers_do_not_enter() {
        let dump = json!({"configs": [
            {"@type": "type.googleapis.com/envoy.admin.v3.SecretsConfigDump", "name": "hidden"},
            {"@type": "type.googleapis.com/envoy.admin.v3.RoutesConfigDump", "dynamic_route_configs": [{"route_config": {
                "name": "https", "request_headers_to_add": [{"header": {"key": "authorization", "value": "hidden"}}],
                "virtual_hosts": [{"domains": ["seasense.localhost"], "routes": [{"match": {"prefix": "/api/"}}]}]}}]},
        ]});
        let told = chosen(&dump).to_string();
        assert!(told.contains("seasense.localhost") && told.contains("/api/"), "{told}");
        assert!(!told.contains("hidden"), "{told}");
    }
}
