output "id" {
  description = "The cluster, as region/uuid."
  value       = scaleway_k8s_cluster.this.id
}

output "kubeconfig" {
  description = "How the cluster is reached, with its administrator's token."
  value       = scaleway_k8s_cluster.this.kubeconfig[0].config_file
  sensitive   = true
}

output "wildcard_dns" {
  description = "The name, beginning with `*`, that Kapsule keeps for all ready nodes."
  value       = scaleway_k8s_cluster.this.wildcard_dns
}
