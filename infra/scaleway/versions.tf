# The provider has the version in infra/versions.toml; a test compares the two.
terraform {
  required_version = ">= 1.10.0"

  required_providers {
    scaleway = {
      source  = "scaleway/scaleway"
      version = "2.81.0"
    }
  }
}

# Keys come from SCW_ACCESS_KEY and SCW_SECRET_KEY, the project from SCW_DEFAULT_PROJECT_ID: never from a file.
provider "scaleway" {
  region = var.region
  zone   = var.zones[0]
}
