//! The two network profiles of an environment at Scaleway, with their cost and trade-offs.

use super::{Bill, Verdict, bill, budget, of_layout};
use crate::{
    base::failure::Result,
    config::{Infrastructure, Prices},
};

/// A network profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Its name in the layouts.
    pub name: &'static str,
    /// How traffic reaches the nodes.
    pub description: &'static str,
    load_balancer: bool,
    public_gateway: bool,
    /// Its disadvantages.
    pub trade_offs: &'static [&'static str],
}

/// Every profile, the cheapest first.
pub const PROFILES: [Profile; 2] = [
    Profile {
        name: "lean",
        description: "no load balancer and no gateway: Envoy on node ports, DNS to the nodes",
        load_balancer: false,
        public_gateway: false,
        trade_offs: &[
            "no stable address: DNS points to the nodes, and a replaced node has another address until DNS is updated",
            "no health checks by a load balancer: requests to a failed node fail until clients try the next address",
            "no port 443 without a proxy: node ports start at 30000, so the port is part of the address",
            "no private nodes: each node has a public address, protected only by its security group",
            "no single address for outgoing connections",
        ],
    },
    Profile {
        name: "resilient",
        description: "a load balancer in front, nodes without public addresses behind a gateway",
        load_balancer: true,
        public_gateway: true,
        trade_offs: &[
            "higher cost",
            "like `lean`: no control plane with an SLA, and no gateway in more than one zone",
        ],
    },
];

/// A profile with its price.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The profile.
    pub profile: Profile,
    /// Its price.
    pub bill: Bill,
    /// The outcome of the budget check.
    pub verdict: Verdict,
}

impl Profile {
    /// Returns the profile called `name`.
    pub fn named(name: &str) -> Option<Self> {
        PROFILES.into_iter().find(|profile| profile.name == name)
    }

    /// Returns `layout` with this profile and the same nodes, volumes and backups.
    pub fn apply(&self, layout: &Infrastructure) -> Infrastructure {
        Infrastructure {
            profile: self.name.to_owned(),
            load_balancer: self.load_balancer,
            public_gateway: self.public_gateway,
            ..layout.clone()
        }
    }
}

/// Prices `layout` in every profile and checks a budget of `limit_eur` per month.
pub fn compare(
    layout: &Infrastructure,
    prices: &Prices,
    node_hours: f64,
    limit_eur: u32,
) -> Result<Vec<Compared>> {
    let one = |profile: Profile| {
        let bill = bill(&of_layout(&profile.apply(layout), prices), prices, node_hours)?;
        let verdict = budget(bill.eur_per_month, limit_eur, None);
        Ok(Compared { profile, bill, verdict })
    };
    PROFILES.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::cost::from_layout::tests::{lean, prices};

    #[test]
    fn only_the_lean_profile_is_within_the_budget() {
        let compared = compare(&lean(), prices(), 730.0, 50).unwrap();
        let found: Vec<(&str, &str)> =
            compared.iter().map(|one| (one.profile.name, one.verdict.name())).collect();
        assert_eq!(found, [("lean", "within"), ("resilient", "over")]);
        assert!(compared[0].bill.eur_per_month < compared[1].bill.eur_per_month);
    }

    #[test]
    fn a_profile_only_changes_balancer_and_gateway() {
        let resilient = Profile::named("resilient").unwrap().apply(&lean());
        assert!(resilient.load_balancer && resilient.public_gateway);
        assert_eq!(Profile::named("lean").unwrap().apply(&resilient), lean());
        assert_eq!(Profile::named("frugal"), None);
    }
}
