resource "scaleway_k8s_cluster" "this" {
  name    = var.name
  type    = "kapsule"
  version = var.kubernetes_version
  cni     = "cilium"
  region  = var.region
  tags    = var.tags

  private_network_id = var.private_network_id
  # Volumes and load balancers that Kubernetes made go with it: left behind, they would be paid for without end.
  delete_additional_resources = true

  auto_upgrade {
    enable                        = true
    maintenance_window_day        = var.maintenance_day
    maintenance_window_start_hour = var.maintenance_hour
  }

  # A scale-down moves databases: not sooner than half an hour after a node became superfluous.
  autoscaler_config {
    balance_similar_node_groups = true
    expander                    = "least_waste"
    scale_down_delay_after_add  = "20m"
    scale_down_unneeded_time    = "30m"
  }
}
