locals {
  count = length(var.zones)
  # Spread as evenly as possible; the first zones get the remainder.
  pools = {
    for index, zone in var.zones : zone => {
      min = floor(var.nodes_min / local.count) + (index < var.nodes_min % local.count ? 1 : 0)
      max = floor(var.nodes_max / local.count) + (index < var.nodes_max % local.count ? 1 : 0)
    }
  }
}

# Known only when the gateway's route is pushed: every pool is created after it.
resource "terraform_data" "route" {
  input = var.route_id
}

resource "scaleway_k8s_pool" "this" {
  for_each = local.pools

  cluster_id = var.cluster_id
  name       = "${var.name}-${each.key}"
  zone       = each.key
  node_type  = var.node_type
  tags       = var.tags

  autoscaling = true
  autohealing = true
  size        = max(each.value.min, 1)
  min_size    = each.value.min
  max_size    = each.value.max

  root_volume_type       = "l_ssd"
  root_volume_size_in_gb = var.root_volume_gb
  public_ip_disabled     = !var.public_ips
  wait_for_pool_ready    = true

  # One new node first, then one old node is removed: an upgrade never runs below the size.
  upgrade_policy {
    max_surge       = 1
    max_unavailable = 0
  }

  depends_on = [terraform_data.route]

  lifecycle {
    # The autoscaler manages the size after the creation.
    ignore_changes = [size]
  }
}
