# The bucket that holds the state of an environment. It must be there before the first plan, so it is a root of its own. It has no
# state itself: `seasense infra apply` looks whether it is there and takes it in. It stays when the environment is destroyed.

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

  # A state that was overwritten wrongly can be had again.
  versioning {
    enabled = true
  }

  # Old versions pile up with every run; ninety days of them are enough.
  lifecycle_rule {
    id      = "old-versions"
    enabled = true

    noncurrent_version_expiration {
      noncurrent_days = 90
    }
  }

  # Whatever a change asks for: the states of everything are in it.
  lifecycle {
    prevent_destroy = true
  }
}
