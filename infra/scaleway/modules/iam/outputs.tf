output "backup_application_id" {
  description = "Who writes backups."
  value       = scaleway_iam_application.backup.id
}

output "pull_application_id" {
  description = "Who pulls images."
  value       = scaleway_iam_application.pull.id
}
