variable "name" {
  description = "Prefix of the pools' names; the zone is the suffix."
  type        = string
}

variable "tags" {
  description = "Tags of the pools; Kapsule copies them to the nodes."
  type        = list(string)
}

variable "cluster_id" {
  description = "Id of the cluster."
  type        = string
}

variable "zones" {
  description = "Zones, one pool in each."
  type        = list(string)
}

variable "node_type" {
  description = "Type of every node."
  type        = string
}

variable "nodes_min" {
  description = "Minimum number of nodes in all zones together."
  type        = number
}

variable "nodes_max" {
  description = "Maximum number of nodes in all zones together."
  type        = number
}

variable "root_volume_gb" {
  description = "System disk of a node, in GB, on the node's own disk."
  type        = number
}

variable "public_ips" {
  description = "Whether each node has a public address."
  type        = bool
}

variable "route_id" {
  description = "Id of the default route to wait for; null if nodes have public addresses."
  type        = string
  default     = null
}
