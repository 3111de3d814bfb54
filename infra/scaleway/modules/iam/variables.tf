variable "name" {
  description = "What names begin with."
  type        = string
}

variable "tags" {
  description = "Tags of everything made here."
  type        = list(string)
}
