output "id" {
  description = "Id of the address, as zone/uuid: the value of the annotation service.beta.kubernetes.io/scw-loadbalancer-ip-ids."
  value       = scaleway_lb_ip.this.id
}

output "address" {
  description = "The IP address."
  value       = scaleway_lb_ip.this.ip_address
}
