output "private_network_id" {
  description = "Id of the private network, as region/uuid."
  value       = scaleway_vpc_private_network.this.id
}

output "route_id" {
  description = "Id of the resource that pushes the default route; null if nodes have public addresses."
  value       = one(scaleway_vpc_gateway_network.this[*].id)
}

output "gateway_address" {
  description = "Source address of outgoing requests; null without a gateway."
  value       = one(scaleway_vpc_public_gateway_ip.this[*].address)
}
