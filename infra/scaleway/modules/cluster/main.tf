resource "scaleway_k8s_cluster" "this" {
  name    = var.name
  type    = "kapsule"
  version = var.kubernetes_version
  cni     = "cilium"
  region  = var.region
  tags    = var.tags

  private_network_id = var.private_network_id
  # Also deletes volumes and load balancers that Kubernetes created: leftover resources are billed without end.
  delete_additional_resources = true

  auto_upgrade {
    enable                        = true
    maintenance_window_day        = var.maintenance_day
    maintenance_window_start_hour = var.maintenance_hour
  }

  # A scale-down moves databases, so a node must be unneeded for half an hour first.
  autoscaler_config {
    balance_similar_node_groups = true
    expander                    = "least_waste"
    scale_down_delay_after_add  = "20m"
    scale_down_unneeded_time    = "30m"
  }
}
