# Resources of each profile. The provider is a mock, so no request reaches Scaleway.

mock_provider "scaleway" {
  mock_data "scaleway_account_project" {
    defaults = {
      id = "11111111-1111-4111-8111-111111111111"
    }
  }

  mock_resource "scaleway_k8s_cluster" {
    defaults = {
      id           = "fr-par/22222222-2222-4222-8222-222222222222"
      wildcard_dns = "*.22222222.nodes.k8s.fr-par.scw.cloud"
      kubeconfig = [{
        config_file            = "a kubeconfig"
        host                   = "https://22222222.api.k8s.fr-par.scw.cloud:6443"
        cluster_ca_certificate = "an authority"
        token                  = "a token"
      }]
    }
  }

  mock_resource "scaleway_vpc" {
    defaults = {
      id = "fr-par/33333333-3333-4333-8333-333333333333"
    }
  }

  mock_resource "scaleway_vpc_private_network" {
    defaults = {
      id = "fr-par/44444444-4444-4444-8444-444444444444"
    }
  }

  mock_resource "scaleway_vpc_public_gateway" {
    defaults = {
      id = "fr-par-1/55555555-5555-4555-8555-555555555555"
    }
  }

  mock_resource "scaleway_vpc_public_gateway_ip" {
    defaults = {
      id = "fr-par-1/66666666-6666-4666-8666-666666666666"
    }
  }

  mock_resource "scaleway_iam_application" {
    defaults = {
      id = "77777777-7777-4777-8777-777777777777"
    }
  }

  mock_resource "scaleway_lb_ip" {
    defaults = {
      id         = "fr-par-1/88888888-8888-4888-8888-888888888888"
      ip_address = "51.15.0.1"
    }
  }
}

variables {
  environment         = "test"
  region              = "fr-par"
  zones               = ["fr-par-1", "fr-par-2"]
  profile             = "lean"
  kubernetes_version  = "1.36"
  node_type           = "DEV1-M"
  nodes_min           = 3
  nodes_max           = 5
  root_volume_gb      = 20
  load_balancer       = false
  public_gateway      = false
  database_storage_gb = 5
  database_instances  = 2
  backup_gb           = 5
  domain              = "test.seasense.example"
}

run "lean_has_no_gateway_and_no_load_balancer" {
  command = apply

  assert {
    condition     = output.load_balancer_ip_id == null
    error_message = "profile lean has a reserved address for a load balancer"
  }

  assert {
    condition     = output.dns_records[0].type == "CNAME" && output.dns_records[0].content == "seasense-test.22222222.nodes.k8s.fr-par.scw.cloud"
    error_message = "the public name must follow the nodes"
  }
}

run "resilient_has_both" {
  command = apply

  variables {
    profile        = "resilient"
    load_balancer  = true
    public_gateway = true
  }

  assert {
    condition     = output.load_balancer_ip_id != null
    error_message = "profile resilient has no reserved address for its load balancer"
  }

  assert {
    condition     = output.dns_records[0].type == "A" && output.dns_records[0].content == "51.15.0.1"
    error_message = "the public name must be the reserved address"
  }
}

run "a_load_balancer_in_lean_is_refused" {
  command = plan

  variables {
    load_balancer = true
  }

  expect_failures = [var.load_balancer]
}

run "a_patch_release_is_refused" {
  command = plan

  variables {
    kubernetes_version = "1.36.4"
  }

  expect_failures = [var.kubernetes_version]
}

run "a_zone_of_another_region_is_refused" {
  command = plan

  variables {
    zones = ["fr-par-1", "nl-ams-1"]
  }

  expect_failures = [var.zones]
}

run "single_database_instance_is_refused" {
  command = plan

  variables {
    database_instances = 1
  }

  expect_failures = [var.database_instances]
}
