resource "scaleway_vpc" "this" {
  name   = var.name
  region = var.region
  tags   = var.tags
}

resource "scaleway_vpc_private_network" "this" {
  name   = var.name
  vpc_id = scaleway_vpc.this.id
  region = var.region
  tags   = var.tags

  ipv4_subnet {
    subnet = var.subnet
  }
}

# A reserved address, so that allow lists of other systems stay valid.
resource "scaleway_vpc_public_gateway_ip" "this" {
  count = var.public_gateway ? 1 : 0

  zone = var.zone
  tags = var.tags
}

resource "scaleway_vpc_public_gateway" "this" {
  count = var.public_gateway ? 1 : 0

  name  = var.name
  type  = "VPC-GW-S"
  zone  = var.zone
  ip_id = scaleway_vpc_public_gateway_ip.this[0].id
  tags  = var.tags
}

resource "scaleway_vpc_gateway_network" "this" {
  count = var.public_gateway ? 1 : 0

  gateway_id         = scaleway_vpc_public_gateway.this[0].id
  private_network_id = scaleway_vpc_private_network.this.id
  zone               = var.zone
  enable_masquerade  = true

  ipam_config {
    push_default_route = true
  }
}
