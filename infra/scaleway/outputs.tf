output "cluster_id" {
  description = "Id of the cluster, as region/uuid."
  value       = module.cluster.id
}

output "kubeconfig" {
  description = "Kubeconfig of the cluster, with its administrator's token."
  value       = module.cluster.kubeconfig
  sensitive   = true
}

output "pool_ids" {
  description = "Ids of the pools by zone, each as region/uuid."
  value       = module.pools.ids
}

output "registry" {
  description = "Prefix of image names."
  value       = module.registry.endpoint
}

output "backup_bucket" {
  description = "Bucket and endpoint of the database's backups."
  value       = { name = module.storage.bucket, endpoint = module.storage.endpoint }
}

output "backup_application_id" {
  description = "Id of the application that writes backups; create a key for it, see modules/iam."
  value       = module.iam.backup_application_id
}

output "pull_application_id" {
  description = "Id of the application that pulls images; create a key for it, see modules/iam."
  value       = module.iam.pull_application_id
}

output "load_balancer_ip_id" {
  description = "Id of the load balancer's reserved address as zone/uuid, for the Service's annotation; null in profile lean."
  value       = one(module.ingress[*].id)
}

output "dns_records" {
  description = "Records of the public name: the load balancer's address, or the name that Kapsule maintains for all ready nodes."
  value = var.load_balancer ? [
    { name = var.domain, type = "A", content = module.ingress[0].address }
    ] : [
    { name = var.domain, type = "CNAME", content = replace(module.cluster.wildcard_dns, "*", local.name) }
  ]
}
