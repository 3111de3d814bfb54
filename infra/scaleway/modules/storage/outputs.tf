output "bucket" {
  description = "The bucket's name."
  value       = scaleway_object_bucket.backups.name
}

output "endpoint" {
  description = "Where S3 requests go."
  value       = scaleway_object_bucket.backups.api_endpoint
}

output "expiration_days" {
  description = "When the bucket's own rule removes what the backup plugin forgot."
  value       = scaleway_object_bucket.backups.lifecycle_rule[0].expiration[0].days
}
