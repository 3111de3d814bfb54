# One environment: every module below has one concern, and the profile selects the modules.

locals {
  name = "seasense-${var.environment}"
  # Search criterion for leftover resources: everything with the second tag belongs to this environment.
  tags = ["seasense", "seasense-environment=${var.environment}"]
}

module "network" {
  source = "./modules/network"

  name           = local.name
  tags           = local.tags
  region         = var.region
  zone           = var.zones[0]
  public_gateway = var.public_gateway
}

module "cluster" {
  source = "./modules/cluster"

  name               = local.name
  tags               = local.tags
  region             = var.region
  kubernetes_version = var.kubernetes_version
  private_network_id = module.network.private_network_id
}

module "pools" {
  source = "./modules/pools"

  name           = local.name
  tags           = local.tags
  cluster_id     = module.cluster.id
  zones          = var.zones
  node_type      = var.node_type
  nodes_min      = var.nodes_min
  nodes_max      = var.nodes_max
  root_volume_gb = var.root_volume_gb
  public_ips     = !var.public_gateway
  # Without a default route, a node without a public address cannot join: the pools depend on it.
  route_id = module.network.route_id
}

module "ingress" {
  source = "./modules/ingress"
  count  = var.load_balancer ? 1 : 0

  tags = local.tags
  zone = var.zones[0]
}

module "storage" {
  source = "./modules/storage"

  name          = local.name
  environment   = var.environment
  region        = var.region
  force_destroy = var.force_destroy_backups
}

module "registry" {
  source = "./modules/registry"

  name   = local.name
  region = var.region
}

module "iam" {
  source = "./modules/iam"

  name = local.name
  tags = local.tags
}
