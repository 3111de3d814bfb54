# The load balancer itself is made by Kubernetes for Envoy's Service. Its address is kept here, so that the public name stays
# right when the balancer is made anew.
resource "scaleway_lb_ip" "this" {
  zone = var.zone
  tags = var.tags
}
