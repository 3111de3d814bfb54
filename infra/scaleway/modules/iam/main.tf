data "scaleway_account_project" "this" {}

resource "scaleway_iam_application" "backup" {
  name        = "${var.name}-backup"
  description = "Writes and reads the database's backups"
  tags        = var.tags
}

# Objects only: it cannot change buckets or their rules.
resource "scaleway_iam_policy" "backup" {
  name           = "${var.name}-backup"
  description    = "Objects of this project's buckets"
  application_id = scaleway_iam_application.backup.id
  tags           = var.tags

  rule {
    project_ids = [data.scaleway_account_project.this.id]
    permission_set_names = [
      "ObjectStorageBucketsRead",
      "ObjectStorageObjectsRead",
      "ObjectStorageObjectsWrite",
      "ObjectStorageObjectsDelete",
    ]
  }
}

resource "scaleway_iam_application" "pull" {
  name        = "${var.name}-pull"
  description = "Pulls images and artifacts"
  tags        = var.tags
}

resource "scaleway_iam_policy" "pull" {
  name           = "${var.name}-pull"
  description    = "Reads this project's registry"
  application_id = scaleway_iam_application.pull.id
  tags           = var.tags

  rule {
    project_ids          = [data.scaleway_account_project.this.id]
    permission_set_names = ["ContainerRegistryReadOnly"]
  }
}
