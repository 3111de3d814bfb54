# The bucket with the state of an environment. It must exist before the first plan, so it has a separate root module. That module
# has no state: `seasense infra apply` checks whether the bucket exists and imports it. `destroy` keeps the bucket.

terraform {
  required_version = ">= 1.10.0"

  required_providers {
    scaleway = {
      source  = "scaleway/scaleway"
      version = "2.81.0"
    }
  }
}

variable "bucket" {
  description = "Name of the bucket."
  type        = string
}

variable "environment" {
  description = "Name of the environment, for the tags."
  type        = string
}

variable "region" {
  description = "Region of the bucket."
  type        = string
}

provider "scaleway" {
  region = var.region
}

resource "scaleway_object_bucket" "state" {
  name   = var.bucket
  region = var.region

  tags = {
    seasense             = "state"
    seasense-environment = var.environment
  }

  # A state that was overwritten by mistake can be recovered.
  versioning {
    enabled = true
  }

  # Every run adds versions; 90 days of them are enough.
  lifecycle_rule {
    id      = "old-versions"
    enabled = true

    noncurrent_version_expiration {
      noncurrent_days = 90
    }
  }

  # Never destroyed by a change: it contains the state of all resources.
  lifecycle {
    prevent_destroy = true
  }
}
