//! Collects the configuration of the gateway's proxies, reduced to listed fields.

use serde_json::{Map, Value};

use super::collector::Collector;
use crate::base::{
    failure::{Context, Kind, Result},
    k8s::{Client, Selector, object, resource},
};

const NAMESPACE: &str = "envoy-gateway-system";
const PROXIES: &str = "app.kubernetes.io/component=proxy";
/// The parts of the configuration that determine routing; certificates and keys are in another part.
const DUMPS: [&str; 4] =
    ["ListenersConfigDump", "RoutesConfigDump", "ClustersConfigDump", "EndpointsConfigDump"];
/// The names of the packed fields, at any depth of those parts.
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
/// The administration port, which is only reachable inside the pod.
const ADMIN_PORT: u16 = 19000;

/// Collects the configuration and the upstream state of every proxy.
pub(super) async fn dumps(client: &Client, collector: &Collector) {
    let pods = client.list(&resource::POD, Some(NAMESPACE), &Selector::labels(PROXIES)).await;
    let Some(pods) = collector.ok("envoy", pods) else { return };
    for pod in pods.iter().map(object::name) {
        let path = format!("envoy/{pod}/config.json");
        if let Some(dump) = collector.ok(&path, dump(client, pod).await) {
            collector.data(path, dump);
        }
        let path = format!("envoy/{pod}/clusters.txt");
        if let Some(text) =
            collector.ok(&path, client.http_get((NAMESPACE, pod), ADMIN_PORT, "/clusters").await)
        {
            collector.text(path, text);
        }
    }
}

async fn dump(client: &Client, pod: &str) -> Result<Value> {
    let text = client.http_get((NAMESPACE, pod), ADMIN_PORT, "/config_dump?include_eds").await?;
    let dump: Value = serde_json::from_str(&text).context(Kind::Workload, "read Envoy's configuration")?;
    Ok(allowed(&dump))
}

/// Returns the listed parts and fields. Pure.
fn allowed(dump: &Value) -> Value {
    let is_listed = |config: &&Value| {
        object::text(config, "/@type").is_some_and(|kind| DUMPS.iter().any(|name| kind.ends_with(name)))
    };
    object::list(dump, "/configs").iter().filter(is_listed).map(fields).collect()
}

fn fields(value: &Value) -> Value {
    let is_listed = |name: &str| FIELDS.split_whitespace().any(|field| field == name);
    match value {
        Value::Object(all) => {
            let kept = all.iter().filter(|(name, _)| is_listed(name));
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
    fn keys_and_added_headers_are_removed() {
        let dump = json!({"configs": [
            {"@type": "type.googleapis.com/envoy.admin.v3.SecretsConfigDump", "name": "hidden"},
            {"@type": "type.googleapis.com/envoy.admin.v3.RoutesConfigDump", "dynamic_route_configs": [{"route_config": {
                "name": "https", "request_headers_to_add": [{"header": {"key": "authorization", "value": "hidden"}}],
                "virtual_hosts": [{"domains": ["seasense.localhost"], "routes": [{"match": {"prefix": "/api/"}}]}]}}]},
        ]});
        let text = allowed(&dump).to_string();
        assert!(text.contains("seasense.localhost") && text.contains("/api/"), "{text}");
        assert!(!text.contains("hidden"), "{text}");
    }
}
