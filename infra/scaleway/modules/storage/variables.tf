variable "name" {
  description = "Prefix of the bucket's name."
  type        = string
}

variable "environment" {
  description = "Name of the environment, for the tags."
  type        = string
}

variable "region" {
  description = "Region of the bucket."
  type        = string
}

variable "force_destroy" {
  description = "Whether the bucket may be destroyed while it contains backups."
  type        = bool
  default     = false
}

variable "retention_days" {
  description = "Days for which the backup plugin keeps backups; equals its retentionPolicy."
  type        = number
  default     = 30

  validation {
    condition     = var.retention_days >= 1
    error_message = "The retention must be at least a day."
  }
}

variable "base_backup_days" {
  description = "Longest time in days between two base backups; the older one is needed until the newer one exists."
  type        = number
  default     = 1

  validation {
    condition     = var.base_backup_days >= 1
    error_message = "The time between base backups must be at least a day."
  }
}

variable "grace_days" {
  description = "Days between the end of the retention and the bucket's own rule; deleted backups can be recovered for as long."
  type        = number
  default     = 14

  validation {
    condition     = var.grace_days >= 7
    error_message = "The grace must be at least 7 days, so that an error is noticed in time."
  }
}
