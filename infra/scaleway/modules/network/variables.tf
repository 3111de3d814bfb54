variable "name" {
  description = "Name of all resources of this module."
  type        = string
}

variable "tags" {
  description = "Tags of all resources of this module."
  type        = list(string)
}

variable "region" {
  description = "Region of the network."
  type        = string
}

variable "zone" {
  description = "Zone of the gateway."
  type        = string
}

variable "public_gateway" {
  description = "Whether a gateway routes traffic of nodes without public addresses."
  type        = bool
}

variable "subnet" {
  description = "Addresses of the private network."
  type        = string
  default     = "172.16.8.0/22"

  validation {
    condition     = can(cidrhost(var.subnet, 0))
    error_message = "The subnet must be in CIDR notation."
  }
}
