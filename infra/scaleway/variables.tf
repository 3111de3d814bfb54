# The keys of envs/<environment>.tfvars.json. `seasense cost` reads the same files.

variable "environment" {
  description = "Name of the environment; part of every name, and of the tag that identifies leftover resources."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.environment))
    error_message = "The environment must begin with a letter and have at most 20 lower-case letters, digits and `-`."
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
  description = "Zones of the region with nodes, one pool in each; the first one has the gateway and the address."
  type        = list(string)

  validation {
    condition     = length(var.zones) >= 1 && length(var.zones) == length(distinct(var.zones))
    error_message = "There must be at least one zone, and no duplicates."
  }

  validation {
    condition     = alltrue([for zone in var.zones : can(regex("^${var.region}-[1-9]$", zone))])
    error_message = "Every zone must be in the region, as in fr-par-1."
  }
}

variable "profile" {
  description = "lean: nodes with public addresses, Envoy on node ports. resilient: nodes behind a gateway, Envoy behind a load balancer."
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
    error_message = "The version must be a minor one, as in 1.36: automatic upgrades select the patch release."
  }
}

variable "node_type" {
  description = "Type of every node."
  type        = string

  validation {
    condition     = upper(var.node_type) != "DEV1-S"
    error_message = "DEV1-S is too small: Kapsule does not accept it."
  }
}

variable "nodes_min" {
  description = "Minimum number of nodes in all zones together."
  type        = number

  validation {
    condition     = var.nodes_min >= 1 && floor(var.nodes_min) == var.nodes_min
    error_message = "nodes_min must be at least 1; for off hours use `seasense infra scale --to zero`."
  }
}

variable "nodes_max" {
  description = "Maximum number of nodes in all zones together; their cost is the upper bound of the bill."
  type        = number

  validation {
    condition     = var.nodes_max >= var.nodes_min && var.nodes_max <= 20
    error_message = "nodes_max must be between nodes_min and 20."
  }

  validation {
    condition     = var.nodes_max >= length(var.zones)
    error_message = "nodes_max must allow at least one node in each zone."
  }
}

variable "node_hours" {
  description = "Planned hours per month with nodes: 730 is always. Only the price depends on it; `seasense infra scale` adds and removes nodes."
  type        = number
  default     = 730

  validation {
    condition     = var.node_hours >= 0 && var.node_hours <= 730
    error_message = "node_hours must be between 0 and 730, the hours of a month."
  }
}

variable "root_volume_gb" {
  description = "System disk of a node, in GB; local to the node, and part of its price."
  type        = number

  validation {
    condition     = var.root_volume_gb >= 20
    error_message = "Kapsule requires a system disk of at least 20 GB."
  }
}

variable "load_balancer" {
  description = "Whether there is a load balancer; its reserved address is created here, Kubernetes creates the load balancer."
  type        = bool

  validation {
    condition     = var.load_balancer == (var.profile == "resilient")
    error_message = "Profile lean has no load balancer, profile resilient has one."
  }
}

variable "public_gateway" {
  description = "Whether nodes have no public address and use a gateway for outgoing traffic."
  type        = bool

  validation {
    condition     = var.public_gateway == (var.profile == "resilient")
    error_message = "Profile lean has no public gateway, profile resilient has one."
  }
}

# Kubernetes creates the volumes of the database; both values are here for the cost estimate and for validation.
variable "database_storage_gb" {
  description = "Volume of one database instance, in GB."
  type        = number

  validation {
    condition     = var.database_storage_gb >= 1 && var.database_storage_gb <= 1000
    error_message = "database_storage_gb must be between 1 and 1000."
  }
}

variable "database_instances" {
  description = "Instances of the database, each with a volume."
  type        = number

  validation {
    condition     = var.database_instances >= 2 && var.database_instances <= 5
    error_message = "database_instances must be between 2 and 5: an acknowledged reading is on two of them."
  }
}

variable "backup_gb" {
  description = "Expected size of the backups, in GB; for the cost estimate only."
  type        = number

  validation {
    condition     = var.backup_gb >= 0
    error_message = "backup_gb must not be negative."
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
  description = "Whether the backup bucket may be destroyed while it contains backups. Set only by `seasense infra destroy --with-backups`."
  type        = bool
  default     = false
}
