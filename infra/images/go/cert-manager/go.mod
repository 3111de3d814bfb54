// cert-manager's three programs in one binary. Its own commands are modules that are not published, so the wiring is ours;
// the module's path lies under cert-manager's because the webhook server is an internal package of it.
module github.com/cert-manager/cert-manager/cmd/seasense

go 1.26.7

require github.com/cert-manager/cert-manager v1.21.2
