# The keys of envs/<environment>.tfvars.json. `seasense cost` reads the same files.

variable "environment" {
  description = "Name of the environment; part of every name, and the tag that a sweep looks for."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.environment))
    error_message = "The environment may hold at most 20 lower-case letters, digits and `-`, and begins with a letter."
  }
}

variable "region" {
  description = "Scaleway region. Data never leaves it."
  type        = string

  validation {
    condition     = contains(["fr-par", "nl-ams", "pl-waw"], var.region)
    error_message = "The region must be fr-par, nl-ams or pl-waw."
  }
}

variable "zones" {
  description = "Zones of the region that carry nodes, one pool in each; the first one has the gateway and the address."
  type        = list(string)

  validation {
    condition     = length(var.zones) >= 1 && length(var.zones) == length(distinct(var.zones))
    error_message = "At least one zone is needed, and none twice."
  }

  validation {
    condition     = alltrue([for zone in var.zones : can(regex("^${var.region}-[1-9]$", zone))])
    error_message = "Every zone must lie in the region, as in fr-par-1."
  }
}

variable "profile" {
  description = "lean: nodes with public addresses, Envoy on node ports. resilient: nodes behind a gateway, a load balancer in front."
  type        = string

  validation {
    condition     = contains(["lean", "resilient"], var.profile)
    error_message = "The profile must be lean or resilient."
  }
}

variable "kubernetes_version" {
  description = "Minor version of Kubernetes; Scaleway applies its patch releases in the maintenance window."
  type        = string

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "The version must be a minor one, as in 1.35: with automatic upgrades no patch release can be named."
  }
}

variable "node_type" {
  description = "Type of every node."
  type        = string

  validation {
    condition     = upper(var.node_type) != "DEV1-S"
    error_message = "DEV1-S is too small: Kapsule refuses it."
  }
}

variable "nodes_min" {
  description = "Nodes in all zones together that always run."
  type        = number

  validation {
    condition     = var.nodes_min >= 1 && floor(var.nodes_min) == var.nodes_min
    error_message = "At least one node must run; off hours are `seasense infra scale --to zero`."
  }
}

variable "nodes_max" {
  description = "Nodes in all zones together that may run; what they cost is the upper bound of the bill."
  type        = number

  validation {
    condition     = var.nodes_max >= var.nodes_min && var.nodes_max <= 20
    error_message = "nodes_max must lie between nodes_min and 20."
  }

  validation {
    condition     = var.nodes_max >= length(var.zones)
    error_message = "nodes_max must allow at least one node in each zone."
  }
}

variable "node_hours" {
  description = "Hours a month that nodes are meant to run: 730 is always. Only the price depends on it; `seasense infra scale` starts and stops them."
  type        = number
  default     = 730

  validation {
    condition     = var.node_hours >= 0 && var.node_hours <= 730
    error_message = "A month has 730 hours."
  }
}

variable "root_volume_gb" {
  description = "System disk of a node, in GB; local to the node, and part of its price."
  type        = number

  validation {
    condition     = var.root_volume_gb >= 20
    error_message = "Kapsule asks for a system disk of 20 GB or more."
  }
}

variable "load_balancer" {
  description = "Whether a load balancer stands in front; its address is kept here, the balancer itself is made by Kubernetes."
  type        = bool

  validation {
    condition     = var.load_balancer == (var.profile == "resilient")
    error_message = "Profile lean has no load balancer, profile resilient has one."
  }
}

variable "public_gateway" {
  description = "Whether nodes have no public address and leave through a gateway."
  type        = bool

  validation {
    condition     = var.public_gateway == (var.profile == "resilient")
    error_message = "Profile lean has no public gateway, profile resilient has one."
  }
}

# The volumes of the database are made by Kubernetes; both numbers stand here for the bill, and so that they are checked.
variable "database_storage_gb" {
  description = "Volume of one database instance, in GB."
  type        = number

  validation {
    condition     = var.database_storage_gb >= 1 && var.database_storage_gb <= 1000
    error_message = "A database volume has 1 to 1000 GB."
  }
}

variable "database_instances" {
  description = "Instances of the database, each with a volume."
  type        = number

  validation {
    condition     = var.database_instances >= 2 && var.database_instances <= 5
    error_message = "There are 2 to 5 database instances: what is acknowledged is on two of them."
  }
}

variable "backup_gb" {
  description = "Backups that are expected, in GB; for the bill only."
  type        = number

  validation {
    condition     = var.backup_gb >= 0
    error_message = "backup_gb cannot be negative."
  }
}

variable "domain" {
  description = "Public name of the page and the API."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "The domain must be a DNS name with a dot."
  }
}

# Not part of the environment files.

variable "force_destroy_backups" {
  description = "Whether the bucket of the backups may be destroyed while it holds any. Set by `seasense infra destroy --with-backups` only."
  type        = bool
  default     = false
}
