variable "name" {
  description = "Name of the namespace; unique in the region, so a taken one needs another."
  type        = string
}

variable "region" {
  description = "Region of the registry."
  type        = string
}
