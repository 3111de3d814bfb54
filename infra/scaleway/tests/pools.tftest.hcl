# Distribution of nodes over zones.

mock_provider "scaleway" {}

variables {
  name           = "seasense-test"
  tags           = ["seasense"]
  cluster_id     = "fr-par/22222222-2222-4222-8222-222222222222"
  zones          = ["fr-par-1", "fr-par-2"]
  node_type      = "DEV1-M"
  nodes_min      = 3
  nodes_max      = 5
  root_volume_gb = 20
  public_ips     = true
}

run "remainder_goes_to_the_first_zones" {
  command = plan

  module {
    source = "./modules/pools"
  }

  assert {
    condition     = jsonencode([for zone in var.zones : scaleway_k8s_pool.this[zone].min_size]) == jsonencode([2, 1])
    error_message = "three nodes must be split into two and one"
  }

  assert {
    condition     = jsonencode([for zone in var.zones : scaleway_k8s_pool.this[zone].max_size]) == jsonencode([3, 2])
    error_message = "five nodes must be split into three and two"
  }

  assert {
    condition     = alltrue([for pool in scaleway_k8s_pool.this : pool.autoscaling && pool.autohealing && !pool.public_ip_disabled])
    error_message = "every pool must have autoscaling, autohealing and public addresses"
  }
}

run "behind_a_gateway_nodes_have_no_public_address" {
  command = plan

  module {
    source = "./modules/pools"
  }

  variables {
    public_ips = false
    route_id   = "fr-par-1/44444444-4444-4444-8444-444444444444"
  }

  assert {
    condition     = alltrue([for pool in scaleway_k8s_pool.this : pool.public_ip_disabled])
    error_message = "a node has a public address although there is a gateway"
  }
}
