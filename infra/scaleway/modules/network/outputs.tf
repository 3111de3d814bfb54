output "private_network_id" {
  description = "The private network, as region/uuid."
  value       = scaleway_vpc_private_network.this.id
}

output "route_id" {
  description = "What pushes the default route, once it does; null where nodes have public addresses."
  value       = one(scaleway_vpc_gateway_network.this[*].id)
}

output "gateway_address" {
  description = "The address that requests from inside come from; null without a gateway."
  value       = one(scaleway_vpc_public_gateway_ip.this[*].address)
}
