variable "name" {
  description = "What the bucket's name begins with."
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
  description = "Whether the bucket may be destroyed while it holds backups."
  type        = bool
  default     = false
}

variable "retention_days" {
  description = "How long the backup plugin keeps backups; equals its retentionPolicy."
  type        = number
  default     = 30

  validation {
    condition     = var.retention_days >= 1
    error_message = "The retention must be at least a day."
  }
}

variable "base_backup_days" {
  description = "Longest time between two base backups; the older one is needed until then."
  type        = number
  default     = 1

  validation {
    condition     = var.base_backup_days >= 1
    error_message = "Base backups are at least a day apart."
  }
}

variable "grace_days" {
  description = "How much later than the retention the bucket's own rule comes, and how long deleted backups can be had again."
  type        = number
  default     = 14

  validation {
    condition     = var.grace_days >= 7
    error_message = "A week is the least that leaves time to notice."
  }
}
