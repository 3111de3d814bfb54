//! The billed items of a layout, by their names in the price table.

use crate::config::{Infrastructure, Prices};

/// A billed item.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// A description of the resource, or its address in the plan.
    pub resource: String,
    /// Its name in the price table.
    pub item: String,
    /// The number of units.
    pub quantity: f64,
    /// Whether it is not billed while the pools are scaled to zero.
    pub scales: bool,
}

impl Item {
    pub(super) fn new(resource: impl Into<String>, item: impl Into<String>, quantity: u32) -> Self {
        Self { resource: resource.into(), item: item.into(), quantity: f64::from(quantity), scales: false }
    }

    pub(super) fn scaling(self) -> Self {
        Self { scales: true, ..self }
    }
}

/// The number of nodes of an autoscaled pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nodes {
    /// As few as may run.
    Fewest,
    /// As many as may run.
    Most,
}

/// Returns `layout` with as many nodes as its pools may have.
pub fn at_most(layout: &Infrastructure) -> Infrastructure {
    Infrastructure { nodes_min: layout.nodes_max.max(layout.nodes_min), ..layout.clone() }
}

/// Returns every billed item of `layout` with its minimum number of nodes.
pub fn of_layout(layout: &Infrastructure, prices: &Prices) -> Vec<Item> {
    let nodes = layout.nodes_min;
    let mut items = vec![
        Item::new("control plane", "kapsule", 1),
        Item::new("nodes", &layout.node_type, nodes).scaling(),
        Item::new("volumes of the nodes", "local-ssd", nodes.saturating_mul(layout.root_volume_gb)).scaling(),
    ];
    if layout.public_gateway {
        items.push(Item::new("public gateway", "VPC-GW-S", 1));
        items.push(Item::new("address of the gateway", "flexible-ipv4", 1));
    } else {
        items.push(Item::new("addresses of the nodes", "flexible-ipv4", nodes).scaling());
    }
    if layout.load_balancer {
        items.extend([load_balancer(), address()]);
    }
    items.extend(by_use(layout, prices));
    items
}

/// Returns the load balancer that Kubernetes creates for the gateway's Service.
pub(super) fn load_balancer() -> Item {
    Item::new("load balancer", "LB-S", 1)
}

/// Returns the address of the load balancer.
pub(super) fn address() -> Item {
    Item::new("address of the load balancer", "flexible-ipv4", 1)
}

/// Returns the items that no plan contains: volumes created by Kubernetes, and storage that is billed per use.
pub(super) fn by_use(layout: &Infrastructure, prices: &Prices) -> [Item; 3] {
    let volumes = layout.database_instances.saturating_mul(layout.database_storage_gb);
    [
        Item::new("volumes of the database", "block-5k", volumes),
        Item::new("backups", "object-multi-az", layout.backup_gb),
        Item::new("images in the registry", "registry-private", prices.usage.registry_gb),
    ]
}

#[cfg(test)]
pub(super) mod tests {
    use std::{path::Path, sync::LazyLock};

    use proptest::prelude::*;

    use super::*;
    use crate::{cloud::cost::bill, config::Project};

    /// The price table of this project, read once.
    pub(in crate::cloud::cost) fn prices() -> &'static Prices {
        static PRICES: LazyLock<Prices> = LazyLock::new(|| {
            let project = Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
            Prices::load(&project).unwrap()
        });
        &PRICES
    }

    /// Two DEV1-M without a gateway and without a load balancer.
    pub(in crate::cloud::cost) fn lean() -> Infrastructure {
        Infrastructure {
            environment: "production".into(),
            region: "fr-par".into(),
            zones: vec!["fr-par-1".into(), "fr-par-2".into()],
            profile: "lean".into(),
            kubernetes_version: "1.35".into(),
            node_type: "DEV1-M".into(),
            nodes_min: 2,
            nodes_max: 3,
            node_hours: 730,
            root_volume_gb: 20,
            load_balancer: false,
            public_gateway: false,
            database_storage_gb: 10,
            database_instances: 2,
            backup_gb: 10,
            domain: "seasense.example".into(),
        }
    }

    pub(in crate::cloud::cost) fn any_layout() -> impl Strategy<Value = Infrastructure> {
        let numbers = (0..20_u32, 0..200_u32, 0..500_u32, 0..6_u32, 0..1000_u32);
        let types = prop::sample::select(vec!["DEV1-S", "DEV1-M", "DEV1-L", "PLAY2-NANO"]);
        (numbers, types, any::<bool>(), any::<bool>()).prop_map(|(numbers, kind, balancer, gateway)| {
            Infrastructure {
                nodes_min: numbers.0,
                nodes_max: numbers.0 + 1,
                root_volume_gb: numbers.1,
                database_storage_gb: numbers.2,
                database_instances: numbers.3,
                backup_gb: numbers.4,
                node_type: kind.to_owned(),
                load_balancer: balancer,
                public_gateway: gateway,
                ..lean()
            }
        })
    }

    fn monthly(layout: &Infrastructure) -> f64 {
        bill(&of_layout(layout, prices()), prices(), 730.0).unwrap().eur_per_month
    }

    proptest! {
        #[test]
        fn more_of_anything_is_never_cheaper(layout in any_layout(), more in 1..50_u32) {
            let before = monthly(&layout);
            prop_assert!(before.is_finite() && before >= 0.0);
            let changed = [
                Infrastructure { nodes_min: layout.nodes_min + more, ..layout.clone() },
                Infrastructure { root_volume_gb: layout.root_volume_gb + more, ..layout.clone() },
                Infrastructure { database_storage_gb: layout.database_storage_gb + more, ..layout.clone() },
                Infrastructure { database_instances: layout.database_instances + more, ..layout.clone() },
                Infrastructure { backup_gb: layout.backup_gb + more, ..layout.clone() },
                Infrastructure { load_balancer: true, ..layout.clone() },
            ];
            for layout in changed {
                prop_assert!(monthly(&layout) >= before, "{layout:?}");
            }
        }
    }

    #[test]
    fn an_autoscaled_pool_costs_at_most_all_its_nodes() {
        let pool = |min, max| Infrastructure { nodes_min: min, nodes_max: max, ..lean() };
        assert!((monthly(&at_most(&pool(2, 9))) - monthly(&pool(9, 9))).abs() < 1e-9);
        assert!(monthly(&at_most(&pool(2, 9))) > monthly(&pool(2, 9)));
        assert!((monthly(&at_most(&pool(2, 0))) - monthly(&pool(2, 2))).abs() < 1e-9, "an invalid maximum");
    }

    #[test]
    fn the_reference_layout_has_its_documented_price() {
        // Two nodes, gateway, load balancer, 20 GB of block storage, 10 GB of objects: 74.7 without the nodes'
        // volumes.
        let reference = Infrastructure { load_balancer: true, public_gateway: true, ..lean() };
        let volumes = f64::from(2 * reference.root_volume_gb) * 0.000_044 * 730.0;
        let images = 10.0 * 0.027;
        assert!((monthly(&reference) - volumes - images - 74.7).abs() < 0.1, "{}", monthly(&reference));
        assert!((monthly(&lean()) - volumes - images - 38.9).abs() < 0.1, "{}", monthly(&lean()));
    }
}
