output "endpoint" {
  description = "Prefix of image names."
  value       = scaleway_registry_namespace.this.endpoint
}

output "id" {
  description = "Id of the namespace, as region/uuid."
  value       = scaleway_registry_namespace.this.id
}
