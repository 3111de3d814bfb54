output "endpoint" {
  description = "What image names begin with."
  value       = scaleway_registry_namespace.this.endpoint
}

output "id" {
  description = "The namespace, as region/uuid."
  value       = scaleway_registry_namespace.this.id
}
