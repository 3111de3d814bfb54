# Kubernetes creates the load balancer for Envoy's Service. Its address is a separate resource, so that the public name stays
# correct when the load balancer is recreated.
resource "scaleway_lb_ip" "this" {
  zone = var.zone
  tags = var.tags
}
