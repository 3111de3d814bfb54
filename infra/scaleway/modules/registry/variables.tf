variable "name" {
  description = "Name of the namespace; must be unique in the region."
  type        = string
}

variable "region" {
  description = "Region of the registry."
  type        = string
}
