variable "name" {
  description = "Name of everything made here."
  type        = string
}

variable "tags" {
  description = "Tags of everything made here."
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
  description = "Whether there is a way out for nodes without public addresses."
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
