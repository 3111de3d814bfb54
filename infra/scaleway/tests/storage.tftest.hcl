# The bucket's own rule never applies before the end of the backup plugin's retention.

mock_provider "scaleway" {
  mock_data "scaleway_account_project" {
    defaults = {
      id = "11111111-1111-4111-8111-111111111111"
    }
  }
}

variables {
  name        = "seasense-test"
  environment = "test"
  region      = "fr-par"
}

run "expiry_is_later_than_retention_plus_base_backup_interval" {
  command = plan

  module {
    source = "./modules/storage"
  }

  variables {
    retention_days   = 30
    base_backup_days = 7
  }

  assert {
    condition     = scaleway_object_bucket.backups.lifecycle_rule[0].expiration[0].days > 30 + 7
    error_message = "the bucket would remove backups that are still needed"
  }

  assert {
    condition     = scaleway_object_bucket.backups.versioning[0].enabled && !scaleway_object_bucket.backups.force_destroy
    error_message = "the bucket must be versioned, and force_destroy must be off"
  }

  assert {
    condition     = scaleway_object_bucket.backups.name == "seasense-test-backups-11111111"
    error_message = "the search for leftover resources uses this bucket name"
  }
}

run "a_grace_of_a_day_is_refused" {
  command = plan

  module {
    source = "./modules/storage"
  }

  variables {
    grace_days = 1
  }

  expect_failures = [var.grace_days]
}
