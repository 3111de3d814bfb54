//! Images of the daemon.

use std::{collections::HashMap, path::Path};

use bollard::{
    models::ImageSummary,
    query_parameters::{
        CreateImageOptionsBuilder, ImportImageOptionsBuilder, ListImagesOptionsBuilder, RemoveImageOptions,
        TagImageOptionsBuilder,
    },
};
use bytes::Bytes;
use futures_util::{TryStreamExt, stream};
use tokio::{fs::File, io::AsyncReadExt};

use super::connect::{Docker, found};
use crate::base::failure::{Context, Kind, Result};

const CHUNK: usize = 256 * 1024;

/// An image of the daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaemonImage {
    /// The digest of its configuration.
    pub id: String,
    /// Its names, with tags.
    pub names: Vec<String>,
    /// Its size in bytes, with layers that other images share.
    pub bytes: u64,
}

impl Docker {
    /// Returns the images whose names begin with `prefix` and a slash.
    pub async fn images_of(&self, prefix: &str) -> Result<Vec<DaemonImage>> {
        let filters = HashMap::from([("reference", vec![format!("{prefix}/*")])]);
        let options = ListImagesOptionsBuilder::new().filters(&filters).build();
        let found = self.api.list_images(Some(options)).await.context(Kind::Tool, "list the images")?;
        let image = |image: ImageSummary| DaemonImage {
            id: image.id,
            names: image.repo_tags,
            bytes: u64::try_from(image.size).unwrap_or_default(),
        };
        Ok(found.into_iter().map(image).collect())
    }

    /// Loads the docker-archive at `archive`, plain or gzip; the archive names the image.
    pub async fn load_image(&self, archive: &Path) -> Result<()> {
        let what = || format!("load the image archive `{}`", archive.display());
        let file = File::open(archive).await.with_context(Kind::Tool, what)?;
        let chunks = stream::try_unfold(file, |mut file| async move {
            let mut buffer = vec![0; CHUNK];
            let length = file.read(&mut buffer).await?;
            buffer.truncate(length);
            Ok::<_, std::io::Error>((length > 0).then(|| (Bytes::from(buffer), file)))
        });
        let options = ImportImageOptionsBuilder::new().quiet(true).build();
        let answers = self.api.import_image_stream(options, chunks, None);
        answers.try_for_each(|_| async { Ok(()) }).await.with_context(Kind::Tool, what)
    }

    /// Returns the digest of the configuration of the image `reference`, if the daemon has it.
    pub async fn image_id(&self, reference: &str) -> Result<Option<String>> {
        let image = found(self.api.inspect_image(reference).await);
        let image = image.with_context(Kind::Tool, || format!("inspect the image `{reference}`"))?;
        Ok(image.and_then(|image| image.id))
    }

    /// Pulls `reference` from its registry into the daemon.
    pub async fn pull_image(&self, reference: &str) -> Result<()> {
        let options = CreateImageOptionsBuilder::new().from_image(reference).build();
        let pulled =
            self.api.create_image(Some(options), None, None).try_for_each(|_| async { Ok(()) }).await;
        pulled.with_context(Kind::Tool, || format!("pull the image `{reference}`"))
    }

    /// Adds the name `repository:tag` to the image `source`.
    pub async fn tag(&self, source: &str, repository: &str, tag: &str) -> Result<()> {
        let options = TagImageOptionsBuilder::new().repo(repository).tag(tag).build();
        let tagged = self.api.tag_image(source, Some(options)).await;
        tagged.with_context(Kind::Tool, || format!("tag the image `{source}` as `{repository}:{tag}`"))
    }

    /// Removes the image `reference`, even if it has other names; succeeds if it is absent.
    pub async fn remove_image(&self, reference: &str) -> Result<()> {
        let removed = found(self.api.remove_image(reference, None::<RemoveImageOptions>, None).await);
        removed.with_context(Kind::Tool, || format!("remove the image `{reference}`")).map(drop)
    }
}
