//! The billed items of an OpenTofu plan or state, as `tofu show -json` prints it.

use serde_json::Value;

use super::{
    Item, Nodes,
    from_layout::{address, by_use, load_balancer},
};
use crate::{
    base::failure::{Failure, Kind, Result},
    config::{Infrastructure, Prices, nearest},
};

/// Resource types that are free, or billed per use.
const FREE: [&str; 13] = [
    "scaleway_vpc",
    "scaleway_vpc_private_network",
    "scaleway_vpc_gateway_network",
    "scaleway_vpc_route",
    "scaleway_vpc_acl",
    "scaleway_ipam_ip",
    "scaleway_instance_security_group",
    "scaleway_object_bucket",
    "scaleway_object_bucket_acl",
    "scaleway_object_bucket_policy",
    "scaleway_object_bucket_lock_configuration",
    "scaleway_registry_namespace",
    "scaleway_k8s_acl",
];
/// Prefixes of free resource types; the zone at Cloudflare uses its free plan.
const FREE_FAMILIES: [&str; 7] =
    ["scaleway_iam_", "cloudflare_", "random_", "null_", "tls_", "time_", "terraform_data"];
/// Resource types with a price.
const PRICED: [&str; 10] = [
    "scaleway_k8s_cluster",
    "scaleway_k8s_pool",
    "scaleway_vpc_public_gateway",
    "scaleway_vpc_public_gateway_ip",
    "scaleway_lb",
    "scaleway_lb_ip",
    "scaleway_block_volume",
    "scaleway_instance_server",
    "scaleway_instance_ip",
    "scaleway_domain_zone",
];

/// Returns every billed item in `plan` with that number of nodes, and the items that Kubernetes and use add according to `layout`.
///
/// Fails with kind `Environment` if a resource type is neither known as free nor priced.
pub fn of_plan(plan: &Value, layout: &Infrastructure, prices: &Prices, nodes: Nodes) -> Result<Vec<Item>> {
    let root = ["planned_values", "values"].iter().map(|key| &plan[key]["root_module"]);
    let Some(root) = root.into_iter().find(|root| root.is_object()) else {
        return Err(Failure::new(Kind::Environment, "invalid OpenTofu plan")
            .because("it has neither `planned_values` nor `values`")
            .hint("write it with `tofu show -json PLAN`"));
    };
    let mut resources = Vec::new();
    collect(root, &mut resources);
    resources.sort_by_key(|resource| text(resource, "address"));
    let mut items = Vec::new();
    for resource in &resources {
        items.extend(priced(resource, nodes)?);
    }
    let has = |kind: &str| resources.iter().any(|resource| resource["type"] == kind);
    if layout.load_balancer && !has("scaleway_lb") {
        items.push(load_balancer());
    }
    if layout.load_balancer && !has("scaleway_lb_ip") {
        items.push(address());
    }
    items.extend(by_use(layout, prices));
    Ok(items)
}

/// Collects the managed resources of `module` and its child modules.
fn collect<'a>(module: &'a Value, resources: &mut Vec<&'a Value>) {
    let own = module["resources"].as_array().into_iter().flatten();
    resources.extend(own.filter(|resource| resource["mode"] != "data"));
    for child in module["child_modules"].as_array().into_iter().flatten() {
        collect(child, resources);
    }
}

/// Returns the billed items of one resource.
fn priced(resource: &Value, nodes: Nodes) -> Result<Vec<Item>> {
    let (at, values) = (text(resource, "address"), &resource["values"]);
    let kind = resource["type"].as_str().unwrap_or_default();
    let one = |item: String| vec![Item::new(at, item, 1)];
    Ok(match kind {
        "scaleway_k8s_cluster" => one(values["type"].as_str().unwrap_or("kapsule").to_owned()),
        "scaleway_k8s_pool" => pool(at, values, nodes)?,
        "scaleway_vpc_public_gateway" | "scaleway_lb" | "scaleway_instance_server" => {
            one(text(values, "type").to_ascii_uppercase())
        }
        "scaleway_lb_ip" if values["is_ipv6"] == true => Vec::new(),
        "scaleway_vpc_public_gateway_ip" | "scaleway_lb_ip" | "scaleway_instance_ip" => {
            one("flexible-ipv4".to_owned())
        }
        "scaleway_block_volume" => {
            vec![Item::new(at, block(&values["iops"]), number(at, values, "size_in_gb")?)]
        }
        "scaleway_domain_zone" => one("dns-zone".to_owned()),
        _ if FREE.contains(&kind) || FREE_FAMILIES.iter().any(|family| kind.starts_with(family)) => {
            Vec::new()
        }
        _ => return Err(unknown(at, kind)),
    })
}

/// Returns the nodes of a pool, with their volumes and addresses.
fn pool(at: &str, values: &Value, nodes: Nodes) -> Result<Vec<Item>> {
    let size = match nodes {
        _ if values["autoscaling"] != true => "size",
        Nodes::Fewest => "min_size",
        Nodes::Most => "max_size",
    };
    let nodes = number(at, values, size)?;
    // Scaleway's API returns `dev1_m` for `DEV1-M`, so the plan of an existing pool contains that spelling.
    let node_type = text(values, "node_type").to_ascii_uppercase().replace('_', "-");
    let mut items = vec![Item::new(at, node_type, nodes).scaling()];
    let volume = match values["root_volume_type"].as_str() {
        Some("sbs_15k") => "block-15k",
        Some("l_ssd") => "local-ssd",
        _ => "block-5k",
    };
    items.push(
        Item::new(at, volume, nodes.saturating_mul(number(at, values, "root_volume_size_in_gb")?)).scaling(),
    );
    if values["public_ip_disabled"] != true {
        items.push(Item::new(at, "flexible-ipv4", nodes).scaling());
    }
    Ok(items)
}

fn block(iops: &Value) -> &'static str {
    if iops.as_u64() == Some(15_000) { "block-15k" } else { "block-5k" }
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

/// Returns a number that determines a price. Fails if the plan does not contain it.
fn number(at: &str, values: &Value, field: &str) -> Result<u32> {
    values[field].as_u64().and_then(|number| u32::try_from(number).ok()).ok_or_else(|| {
        Failure::new(Kind::Environment, format!("`{at}` has no `{field}` in the plan"))
            .hint("set it in the module, so that it can be priced")
    })
}

fn unknown(at: &str, kind: &str) -> Failure {
    let failure = Failure::new(Kind::Environment, format!("unknown price of resource type `{kind}`"))
        .because(format!("the plan contains `{at}`"));
    match nearest(kind, PRICED.into_iter().chain(FREE)) {
        Some(near) => failure.hint(format!("the nearest known type is `{near}`")),
        None => failure.hint("add it to `src/cloud/cost/from_opentofu_plan.rs` as free or with its price"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cloud::cost::{
        at_most, bill,
        from_layout::tests::{lean, prices},
        of_layout,
    };

    fn resource(address: &str, values: &Value) -> Value {
        let kind = address.rsplit('.').nth(1).unwrap();
        json!({"address": address, "mode": "managed", "type": kind, "values": values})
    }

    /// The plan of a layout with one pool per zone.
    fn plan_of(layout: &Infrastructure) -> Value {
        let pool = json!({"node_type": "DEV1-M", "autoscaling": true, "size": 1, "min_size": layout.nodes_min / 2,
            "max_size": layout.nodes_max / 2, "root_volume_type": "l_ssd", "root_volume_size_in_gb": layout.root_volume_gb,
            "public_ip_disabled": layout.public_gateway});
        let mut network = vec![resource("module.network.scaleway_vpc.this", &json!({}))];
        if layout.public_gateway {
            network.push(resource(
                "module.network.scaleway_vpc_public_gateway.this",
                &json!({"type": "VPC-GW-S"}),
            ));
            network.push(resource("module.network.scaleway_vpc_public_gateway_ip.this", &json!({})));
        }
        json!({"planned_values": {"root_module": {
            "resources": [resource("random_id.suffix", &json!({})), resource("scaleway_iam_policy.registry", &json!({})),
                {"address": "data.scaleway_lb.old", "mode": "data", "type": "scaleway_lb", "values": {}}],
            "child_modules": [
                {"resources": network},
                {"resources": [resource("module.cluster.scaleway_k8s_cluster.this", &json!({"type": "kapsule"}))], "child_modules": [
                    {"resources": [resource("module.cluster.module.a.scaleway_k8s_pool.this", &pool)]},
                    {"resources": [resource("module.cluster.module.b.scaleway_k8s_pool.this", &pool)]},
                ]},
            ],
        }}})
    }

    #[test]
    fn a_plan_costs_what_its_layout_costs() {
        let prices = prices();
        for (load_balancer, public_gateway) in [(false, false), (true, false), (false, true), (true, true)] {
            let layout = Infrastructure { load_balancer, public_gateway, nodes_max: 8, ..lean() };
            let of = |items: &[Item]| bill(items, prices, 730.0).unwrap().eur_per_month;
            let plan = |nodes| of(&of_plan(&plan_of(&layout), &layout, prices, nodes).unwrap());
            for (nodes, layout) in [(Nodes::Fewest, &layout), (Nodes::Most, &at_most(&layout))] {
                let planned = plan(nodes);
                assert!((planned - of(&of_layout(layout, prices))).abs() < 1e-9, "{layout:?}: {planned}");
            }
        }
    }

    #[test]
    fn existing_nodes_cost_the_same_as_planned_ones() {
        let existing = plan_of(&lean()).to_string().replace("DEV1-M", "dev1_m");
        let items = |plan: &Value| of_plan(plan, &lean(), prices(), Nodes::Fewest).unwrap();
        assert_eq!(items(&serde_json::from_str(&existing).unwrap()), items(&plan_of(&lean())));
    }

    #[test]
    fn unknown_types_prices_and_numbers_are_refused() {
        let plan = |address: &str, values: &Value| {
            let plan = json!({"values": {"root_module": {"resources": [resource(address, values)]}}});
            of_plan(&plan, &lean(), prices(), Nodes::Fewest)
        };
        let failure = plan("scaleway_rdb_instance.main", &json!({})).unwrap_err();
        assert_eq!(failure.message, "unknown price of resource type `scaleway_rdb_instance`");
        assert_eq!(failure.causes, ["the plan contains `scaleway_rdb_instance.main`"]);
        let fast = json!({"node_type": "DEV1-M", "size": 1, "root_volume_type": "sbs_15k", "root_volume_size_in_gb": 20});
        let items = plan("scaleway_k8s_pool.a", &fast).unwrap();
        assert_eq!(bill(&items, prices(), 730.0).unwrap_err().message, "no price is known for `block-15k`");
        let incomplete = json!({"node_type": "DEV1-M", "size": 1});
        assert_eq!(
            plan("scaleway_k8s_pool.a", &incomplete).unwrap_err().message,
            "`scaleway_k8s_pool.a` has no `root_volume_size_in_gb` in the plan"
        );
        assert_eq!(
            of_plan(&json!({}), &lean(), prices(), Nodes::Most).unwrap_err().message,
            "invalid OpenTofu plan"
        );
    }
}
