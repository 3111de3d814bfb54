variable "tags" {
  description = "Tags of the address."
  type        = list(string)
}

variable "zone" {
  description = "Zone of the address and of the load balancer."
  type        = string
}
