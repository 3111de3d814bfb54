# Bucket names are shared by all customers of a region: the project id makes this one unique.
data "scaleway_account_project" "this" {}

resource "scaleway_object_bucket" "backups" {
  name          = "${var.name}-backups-${substr(data.scaleway_account_project.this.id, 0, 8)}"
  region        = var.region
  force_destroy = var.force_destroy

  tags = {
    seasense             = "backups"
    seasense-environment = var.environment
  }

  # Objects that are overwritten or deleted, by mistake or by an intruder, can be recovered.
  versioning {
    enabled = true
  }

  # The backup plugin removes its backups after its own retention. This rule only removes objects that the plugin missed, so it
  # must apply later: after the retention and the longest time between two base backups. An earlier expiration would damage
  # backups that are still needed.
  lifecycle_rule {
    id      = "forgotten"
    enabled = true

    expiration {
      days = var.retention_days + var.base_backup_days + var.grace_days
    }

    noncurrent_version_expiration {
      noncurrent_days = var.grace_days
    }

    abort_incomplete_multipart_upload_days = 2
  }
}
