output "cluster_id" {
  description = "The cluster, as region/uuid."
  value       = module.cluster.id
}

output "kubeconfig" {
  description = "How the cluster is reached, with its administrator's token."
  value       = module.cluster.kubeconfig
  sensitive   = true
}

output "pool_ids" {
  description = "The pools by zone, each as region/uuid."
  value       = module.pools.ids
}

output "registry" {
  description = "What image names begin with."
  value       = module.registry.endpoint
}

output "backup_bucket" {
  description = "Where the database's backups go."
  value       = { name = module.storage.bucket, endpoint = module.storage.endpoint }
}

output "backup_application_id" {
  description = "Who writes backups; make a key for it, see modules/iam."
  value       = module.iam.backup_application_id
}

output "pull_application_id" {
  description = "Who pulls images; make a key for it, see modules/iam."
  value       = module.iam.pull_application_id
}

output "load_balancer_ip_id" {
  description = "The kept address of the load balancer as zone/uuid, for the Service's annotation; empty in profile lean."
  value       = one(module.ingress[*].id)
}

output "dns_records" {
  description = "What the public name has to say: the load balancer's address, or the name that Kapsule keeps for all ready nodes."
  value = var.load_balancer ? [
    { name = var.domain, type = "A", content = module.ingress[0].address }
    ] : [
    { name = var.domain, type = "CNAME", content = replace(module.cluster.wildcard_dns, "*", local.name) }
  ]
}
