variable "name" {
  description = "Name of the cluster."
  type        = string
}

variable "tags" {
  description = "Tags of the cluster."
  type        = list(string)
}

variable "region" {
  description = "Region of the cluster."
  type        = string
}

variable "kubernetes_version" {
  description = "Minor version of Kubernetes."
  type        = string
}

variable "private_network_id" {
  description = "Id of the private network of the nodes."
  type        = string
}

variable "maintenance_day" {
  description = "Day of the maintenance window."
  type        = string
  default     = "tuesday"

  validation {
    condition = contains(
      ["any", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
      var.maintenance_day
    )
    error_message = "The day must be a weekday's name, or any."
  }
}

variable "maintenance_hour" {
  description = "Hour, UTC, at which the two-hour maintenance window starts."
  type        = number
  default     = 3

  validation {
    condition     = var.maintenance_hour >= 0 && var.maintenance_hour <= 23
    error_message = "The hour must be 0 to 23."
  }
}
