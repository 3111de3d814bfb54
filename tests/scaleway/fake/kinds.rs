//! The resource kinds of the fake: their lists, default fields, and removal constraints.

use serde_json::{Value, json};

/// The creation time of all resources; fixed, so that two runs return the same bytes.
pub const CREATED_AT: &str = "2026-11-24T12:00:00Z";

/// A kind of resource.
pub struct Kind {
    /// The service, its version, and the collection: `vpc/v2/vpcs`.
    pub name: &'static str,
    /// The field of the list in a response.
    pub field: &'static str,
    /// The status during its creation, and afterwards.
    pub status: Option<(&'static str, &'static str)>,
    /// The status during its removal; `None` if it is removed at once.
    pub deleting: Option<&'static str>,
    /// A field in which other resources refer to it; it cannot be removed while one does.
    pub referenced_by: Option<&'static str>,
    /// Whether its name must be unique.
    pub unique: bool,
}

const PLAIN: Kind =
    Kind { name: "", field: "", status: None, deleting: None, referenced_by: None, unique: false };

/// Every kind.
pub const KINDS: &[Kind] = &[
    Kind { name: "vpc/v2/vpcs", field: "vpcs", referenced_by: Some("vpc_id"), ..PLAIN },
    Kind {
        name: "vpc/v2/private-networks",
        field: "private_networks",
        referenced_by: Some("private_network_id"),
        ..PLAIN
    },
    Kind { name: "vpc-gw/v2/ips", field: "ips", referenced_by: Some("ip_id"), ..PLAIN },
    Kind {
        name: "vpc-gw/v2/gateways",
        field: "gateways",
        status: Some(("allocating", "running")),
        deleting: Some("deleting"),
        referenced_by: Some("gateway_id"),
        ..PLAIN
    },
    Kind {
        name: "vpc-gw/v2/gateway-networks",
        field: "gateway_networks",
        status: Some(("attaching", "ready")),
        deleting: Some("detaching"),
        ..PLAIN
    },
    Kind {
        name: "k8s/v1/clusters",
        field: "clusters",
        status: Some(("creating", "pool_required")),
        deleting: Some("deleting"),
        ..PLAIN
    },
    Kind {
        name: "k8s/v1/pools",
        field: "pools",
        status: Some(("scaling", "ready")),
        deleting: Some("deleting"),
        ..PLAIN
    },
    Kind {
        name: "registry/v1/namespaces",
        field: "namespaces",
        status: Some(("locked", "ready")),
        deleting: Some("deleting"),
        unique: true,
        ..PLAIN
    },
    Kind { name: "lb/v1/ips", field: "ips", ..PLAIN },
    Kind { name: "lb/v1/lbs", field: "lbs", status: Some(("creating", "ready")), ..PLAIN },
    Kind {
        name: "iam/v1alpha1/applications",
        field: "applications",
        referenced_by: Some("application_id"),
        ..PLAIN
    },
    Kind { name: "iam/v1alpha1/policies", field: "policies", ..PLAIN },
    Kind { name: "instance/v1/servers", field: "servers", ..PLAIN },
    Kind { name: "instance/v1/ips", field: "ips", ..PLAIN },
    Kind { name: "instance/v1/volumes", field: "volumes", ..PLAIN },
    Kind { name: "block/v1alpha1/volumes", field: "volumes", ..PLAIN },
    Kind { name: "block/v1alpha1/snapshots", field: "snapshots", ..PLAIN },
    Kind { name: "ipam/v1/ips", field: "ips", ..PLAIN },
];

/// The kind of the list `service/version/collection`.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// Returns the resource that a request creates: the `requested` fields and Scaleway's defaults.
pub fn create(kind: &Kind, requested: &Value, place: &Place<'_>) -> Value {
    let mut one = requested.clone();
    let mut set = |name: &str, value: Value| {
        if one[name].is_null() {
            one[name] = value;
        }
    };
    set("id", place.id.into());
    set("project_id", place.project.into());
    set("organization_id", place.organization.into());
    set("created_at", CREATED_AT.into());
    set("updated_at", CREATED_AT.into());
    set("tags", json!([]));
    set("srn", format!("srn:{}:{}", kind.name, place.id).into());
    if !place.region.is_empty() {
        set("region", place.region.into());
    }
    if !place.zone.is_empty() {
        set("zone", place.zone.into());
    }
    set_defaults(kind.name, &mut one, place);
    one
}

/// The location and the owner of a resource.
pub struct Place<'a> {
    pub id: &'a str,
    pub region: &'a str,
    pub zone: &'a str,
    pub project: &'a str,
    pub organization: &'a str,
}

fn set_defaults(kind: &str, one: &mut Value, place: &Place<'_>) {
    match kind {
        "vpc/v2/vpcs" => {
            one["is_default"] = false.into();
            one["routing_enabled"] = true.into();
            one["private_network_count"] = 0.into();
        }
        "vpc/v2/private-networks" => network(one, place),
        "vpc-gw/v2/ips" | "lb/v1/ips" => {
            let address = format!("51.15.0.{}", place.id.bytes().last().unwrap_or(b'0'));
            one["address"] = address.clone().into();
            one["ip_address"] = address.into();
        }
        "vpc-gw/v2/gateways" => gateway(one, place),
        "vpc-gw/v2/gateway-networks" => {
            one["masquerade_enabled"] = one["enable_masquerade"].take();
            one["mac_address"] = "02:00:00:00:00:01".into();
            one["ipam_ip_id"] = "00000000-0000-4000-8000-00000000000a".into();
        }
        "k8s/v1/clusters" => cluster(one, place),
        "k8s/v1/pools" => pool(one, place),
        "registry/v1/namespaces" => {
            let name = one["name"].as_str().unwrap_or_default();
            one["endpoint"] = format!("rg.{}.scw.cloud/{name}", place.region).into();
            one["image_count"] = 0.into();
            one["size"] = 0.into();
            one["status_message"] = "".into();
        }
        "iam/v1alpha1/applications" => {
            one["editable"] = true.into();
            one["nb_api_keys"] = 0.into();
        }
        "iam/v1alpha1/policies" => {
            one["editable"] = true.into();
        }
        _ => {}
    }
}

fn network(one: &mut Value, place: &Place<'_>) {
    let requested = one["subnets"].as_array().cloned().unwrap_or_default();
    let v6 = "fd5f:519c:6d46:1::/64".to_owned();
    let subnets = requested.iter().filter_map(Value::as_str).map(str::to_owned).chain([v6]);
    let subnet = |(at, subnet): (usize, String)| {
        json!({"id": format!("00000000-0000-4000-8000-{at:012}"), "subnet": subnet, "created_at": CREATED_AT,
            "updated_at": CREATED_AT, "project_id": place.project, "private_network_id": place.id, "vpc_id": one["vpc_id"]})
    };
    let subnets: Vec<Value> = subnets.enumerate().map(subnet).collect();
    one["subnets"] = subnets.into();
    one["dhcp_enabled"] = true.into();
}

fn gateway(one: &mut Value, place: &Place<'_>) {
    let ip = one["ip_id"].clone();
    one["bastion_enabled"] = one["enable_bastion"].take();
    one["smtp_enabled"] = one["enable_smtp"].take();
    one["bastion_port"] = 61_000.into();
    one["bandwidth"] = 100_000_000.into();
    one["bastion_allowed_ips"] = json!([]);
    one["gateway_networks"] = json!([]);
    one["version"] = "0.9.0".into();
    one["ipv4"] = json!({"id": ip, "address": "51.15.0.1", "zone": place.zone, "tags": [], "project_id": place.project});
}

fn cluster(one: &mut Value, place: &Place<'_>) {
    let upgrade = one["auto_upgrade"].take();
    // A minor version is requested, and its newest patch release is used.
    let requested = one["version"].as_str().unwrap_or_default().to_owned();
    if requested.matches('.').count() == 1 {
        one["version"] = format!("{requested}.4").into();
    }
    one["auto_upgrade"] =
        json!({"enabled": upgrade["enable"], "maintenance_window": upgrade["maintenance_window"]});
    one["cluster_url"] = format!("https://{}.api.k8s.{}.scw.cloud:6443", place.id, place.region).into();
    one["dns_wildcard"] = format!("*.{}.nodes.k8s.{}.scw.cloud", place.id, place.region).into();
    one["upgrade_available"] = false.into();
    one["pod_cidr"] = "100.64.0.0/15".into();
    one["service_cidr"] = "10.32.0.0/20".into();
    one["service_dns_ip"] = "10.32.0.10".into();
    for list in ["feature_gates", "admission_plugins", "apiserver_cert_sans"] {
        if one[list].is_null() {
            one[list] = json!([]);
        }
    }
    // The provider requires this field in every response.
    one["open_id_connect_config"] = json!({"issuer_url": "", "client_id": "", "username_claim": "", "username_prefix": "",
        "groups_claim": [], "groups_prefix": "", "required_claim": []});
    let scaling = &mut one["autoscaler_config"];
    let defaults = json!({"scale_down_disabled": false, "estimator": "binpacking", "ignore_daemonsets_utilization": false,
        "scale_down_utilization_threshold": 0.5, "max_graceful_termination_sec": 0, "expendable_pods_priority_cutoff": 0});
    for (name, value) in defaults.as_object().unwrap() {
        if scaling[name].is_null() {
            scaling[name] = value.clone();
        }
    }
}

fn pool(one: &mut Value, place: &Place<'_>) {
    one["version"] = "1.36.4".into();
    one["container_runtime"] = "containerd".into();
    one["node_type"] = one["node_type"].as_str().unwrap_or_default().to_lowercase().replace('-', "_").into();
    one["kubelet_args"] = json!({});
    for list in ["labels"] {
        if one[list].is_null() {
            one[list] = json!({});
        }
    }
    for list in ["taints", "startup_taints"] {
        if one[list].is_null() {
            one[list] = json!([]);
        }
    }
    if one["upgrade_policy"].is_null() {
        one["upgrade_policy"] = json!({"max_unavailable": 1, "max_surge": 0});
    }
    if one["upgrade_policy"]["max_unavailable"].is_null() {
        one["upgrade_policy"]["max_unavailable"] = 0.into();
    }
    if one["min_size"].is_null() {
        one["min_size"] = 0.into();
    }
    let _ = place;
}
