output "id" {
  description = "Id of the cluster, as region/uuid."
  value       = scaleway_k8s_cluster.this.id
}

output "kubeconfig" {
  description = "Kubeconfig of the cluster, with its administrator's token."
  value       = scaleway_k8s_cluster.this.kubeconfig[0].config_file
  sensitive   = true
}

output "wildcard_dns" {
  description = "Wildcard name, beginning with `*`, that Kapsule maintains for all ready nodes."
  value       = scaleway_k8s_cluster.this.wildcard_dns
}
