resource "scaleway_registry_namespace" "this" {
  name        = var.name
  region      = var.region
  description = "Images and artifacts of ${var.name}, by digest"
  is_public   = false
}
