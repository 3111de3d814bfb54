//! Docker volumes.

use std::collections::HashMap;

use bollard::{
    models::VolumeCreateRequest,
    query_parameters::{ListVolumesOptions, ListVolumesOptionsBuilder, RemoveVolumeOptions},
};

use super::{
    connect::{Docker, found},
    labels::Labels,
};
use crate::base::failure::{Context, Kind, Result};

/// A volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
}

impl Docker {
    /// Creates the volume `name` with `labels` unless it exists.
    pub async fn ensure_volume(&self, name: &str, labels: &Labels) -> Result<()> {
        let request = VolumeCreateRequest {
            name: Some(name.to_owned()),
            labels: Some(labels.clone().into_iter().collect()),
            ..Default::default()
        };
        let created = self.api.create_volume(request).await;
        created.with_context(Kind::Tool, || format!("create the volume `{name}`")).map(drop)
    }

    /// Returns all volumes with every label of `filters` (`name` or `name=value`), by name.
    pub async fn list_volumes(&self, filters: &[String]) -> Result<Vec<Volume>> {
        let filters = HashMap::from([("label".to_owned(), filters.to_vec())]);
        let options: ListVolumesOptions = ListVolumesOptionsBuilder::new().filters(&filters).build();
        let found = self.api.list_volumes(Some(options)).await.context(Kind::Tool, "list the volumes")?;
        let mut volumes: Vec<Volume> = found
            .volumes
            .unwrap_or_default()
            .into_iter()
            .map(|volume| Volume { name: volume.name, labels: volume.labels.into_iter().collect() })
            .collect();
        volumes.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(volumes)
    }

    /// Removes an unused volume; succeeds if it is absent.
    pub async fn remove_volume(&self, name: &str) -> Result<()> {
        let removed = found(self.api.remove_volume(name, None::<RemoveVolumeOptions>).await);
        removed.with_context(Kind::Tool, || format!("remove the volume `{name}`")).map(drop)
    }
}
