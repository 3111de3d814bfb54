output "backup_application_id" {
  description = "Id of the application that writes backups."
  value       = scaleway_iam_application.backup.id
}

output "pull_application_id" {
  description = "Id of the application that pulls images."
  value       = scaleway_iam_application.pull.id
}
