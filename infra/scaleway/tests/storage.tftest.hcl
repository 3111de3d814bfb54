# The bucket's own rule never comes before the backup plugin's retention has passed.

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

run "expiry_comes_after_retention_and_the_longest_time_between_base_backups" {
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
    error_message = "the bucket would remove backups that still count"
  }

  assert {
    condition     = scaleway_object_bucket.backups.versioning[0].enabled && !scaleway_object_bucket.backups.force_destroy
    error_message = "backups must be versioned, and not destroyed with their bucket"
  }

  assert {
    condition     = scaleway_object_bucket.backups.name == "seasense-test-backups-11111111"
    error_message = "the sweep looks for the bucket by this name"
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
