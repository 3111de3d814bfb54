//! Read-only probes of what runs: the database, the gateway, the fleet.
