variable "name" {
  description = "Prefix of the names."
  type        = string
}

variable "tags" {
  description = "Tags of all resources of this module."
  type        = list(string)
}
