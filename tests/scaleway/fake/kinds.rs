//! The kinds of things that the fake knows: where they are listed, how each begins, and what may not go before what.

use serde_json::{Value, json};

/// When everything was made; no clock, so that two runs give the same bytes.
pub const WHEN: &str = "2026-11-24T12:00:00Z";

/// One kind of thing.
pub struct Kind {
    /// The service, its version, and the collection: `vpc/v2/vpcs`.
    pub name: &'static str,
    /// What the list stands under in an answer.
    pub field: &'static str,
    /// The statuses it has while it is made, and then.
    pub status: Option<(&'static str, &'static str)>,
    /// The status it has while it goes; none, and it is gone at once.
    pub going: Option<&'static str>,
    /// A field in which others name it; while one does, it stays.
    pub held_by: Option<&'static str>,
    /// Whether two may have the same name.
    pub unique: bool,
}

const PLAIN: Kind = Kind { name: "", field: "", status: None, going: None, held_by: None, unique: false };

/// Every kind.
pub const KINDS: &[Kind] = &[
    Kind { name: "vpc/v2/vpcs", field: "vpcs", held_by: Some("vpc_id"), ..PLAIN },
    Kind {
        name: "vpc/v2/private-networks",
        field: "private_networks",
        held_by: Some("private_network_id"),
        ..PLAIN
    },
    Kind { name: "vpc-gw/v2/ips", field: "ips", held_by: Some("ip_id"), ..PLAIN },
    Kind {
        name: "vpc-gw/v2/gateways",
        field: "gateways",
        status: Some(("allocating", "running")),
        going: Some("deleting"),
        held_by: Some("gateway_id"),
        ..PLAIN
    },
    Kind {
        name: "vpc-gw/v2/gateway-networks",
        field: "gateway_networks",
        status: Some(("attaching", "ready")),
        going: Some("detaching"),
        ..PLAIN
    },
    Kind {
        name: "k8s/v1/clusters",
        field: "clusters",
        status: Some(("creating", "pool_required")),
        going: Some("deleting"),
        ..PLAIN
    },
    Kind {
        name: "k8s/v1/pools",
        field: "pools",
        status: Some(("scaling", "ready")),
        going: Some("deleting"),
        ..PLAIN
    },
    Kind {
        name: "registry/v1/namespaces",
        field: "namespaces",
        status: Some(("locked", "ready")),
        going: Some("deleting"),
        unique: true,
        ..PLAIN
    },
    Kind { name: "lb/v1/ips", field: "ips", ..PLAIN },
    Kind { name: "lb/v1/lbs", field: "lbs", status: Some(("creating", "ready")), ..PLAIN },
    Kind {
        name: "iam/v1alpha1/applications",
        field: "applications",
        held_by: Some("application_id"),
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

/// The kind that is listed at `service/version/collection`.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// What Scaleway makes of a request to make one: `asked`, and everything that it decides by itself.
pub fn made(kind: &Kind, asked: &Value, place: &Place<'_>) -> Value {
    let mut one = asked.clone();
    let mut set = |name: &str, value: Value| {
        if one[name].is_null() {
            one[name] = value;
        }
    };
    set("id", place.id.into());
    set("project_id", place.project.into());
    set("organization_id", place.organization.into());
    set("created_at", WHEN.into());
    set("updated_at", WHEN.into());
    set("tags", json!([]));
    set("srn", format!("srn:{}:{}", kind.name, place.id).into());
    if !place.region.is_empty() {
        set("region", place.region.into());
    }
    if !place.zone.is_empty() {
        set("zone", place.zone.into());
    }
    own(kind.name, &mut one, place);
    one
}

/// Where one is made, and by whom.
pub struct Place<'a> {
    pub id: &'a str,
    pub region: &'a str,
    pub zone: &'a str,
    pub project: &'a str,
    pub organization: &'a str,
}

fn own(kind: &str, one: &mut Value, place: &Place<'_>) {
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
    let asked = one["subnets"].as_array().cloned().unwrap_or_default();
    let v6 = "fd5f:519c:6d46:1::/64".to_owned();
    let subnets = asked.iter().filter_map(Value::as_str).map(str::to_owned).chain([v6]);
    let subnet = |(at, subnet): (usize, String)| {
        json!({"id": format!("00000000-0000-4000-8000-{at:012}"), "subnet": subnet, "created_at": WHEN,
            "updated_at": WHEN, "project_id": place.project, "private_network_id": place.id, "vpc_id": one["vpc_id"]})
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
    // A minor version is asked for, and its newest patch release runs.
    let asked = one["version"].as_str().unwrap_or_default().to_owned();
    if asked.matches('.').count() == 1 {
        one["version"] = format!("{asked}.4").into();
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
    // The provider reads it without asking whether it is there.
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
    one["version"] = "1.35.4".into();
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
