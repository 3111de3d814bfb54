variable "name" {
  description = "What the pools' names begin with; the zone follows."
  type        = string
}

variable "tags" {
  description = "Tags of the pools; Kapsule hands them on to the nodes."
  type        = list(string)
}

variable "cluster_id" {
  description = "The cluster."
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
  description = "Nodes in all zones together that always run."
  type        = number
}

variable "nodes_max" {
  description = "Nodes in all zones together that may run."
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
  description = "The way out to wait for; null where nodes have public addresses."
  type        = string
  default     = null
}
