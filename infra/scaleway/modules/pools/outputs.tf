output "ids" {
  description = "Ids of the pools by zone, each as region/uuid."
  value       = { for zone, pool in scaleway_k8s_pool.this : zone => pool.id }
}
