output "bucket" {
  description = "Name of the bucket."
  value       = scaleway_object_bucket.backups.name
}

output "endpoint" {
  description = "S3 endpoint."
  value       = scaleway_object_bucket.backups.api_endpoint
}

output "expiration_days" {
  description = "Days after which the bucket's own rule removes objects that the backup plugin missed."
  value       = scaleway_object_bucket.backups.lifecycle_rule[0].expiration[0].days
}
