# Names of buckets are shared by all customers of a region: the project's number makes this one ours.
data "scaleway_account_project" "this" {}

resource "scaleway_object_bucket" "backups" {
  name          = "${var.name}-backups-${substr(data.scaleway_account_project.this.id, 0, 8)}"
  region        = var.region
  force_destroy = var.force_destroy

  tags = {
    seasense             = "backups"
    seasense-environment = var.environment
  }

  # What is overwritten or deleted by mistake, or by an intruder, can be had again.
  versioning {
    enabled = true
  }

  # Backups are removed by what wrote them, after its own retention. This rule only catches what it forgot, so it must come
  # later: after the retention and the longest time between two base backups. Sooner, it would tear holes into backups that
  # still count.
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
