//! The table of images: what the standalone image service knows of each, without its data.

use sqlx::{Executor, Sqlite, SqlitePool};

use super::Error;
use crate::objects::{Image, ImageId};

/// The records of the image store.
#[derive(Debug, Clone)]
pub struct Images {
    pool: SqlitePool,
}

impl Images {
    pub(super) fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    pub async fn create(&self, image: &Image) -> Result<(), Error> {
        sqlx::query("INSERT INTO images (id, status, owner, created_at, record) VALUES (?, ?, ?, ?, ?)")
            .bind(image.id.to_string())
            .bind(status(image)?)
            .bind(image.owner.as_ref().map(|owner| owner.as_str()))
            .bind(image.created_at.as_microsecond())
            .bind(serde_json::to_string(image)?)
            .execute(&self.pool)
            .await
            .map_err(|error| Error::unless_taken(error, "image", image.id))?;
        Ok(())
    }

    pub async fn get(&self, id: ImageId) -> Result<Image, Error> {
        read(&self.pool, id).await
    }

    /// All images, newest first.
    pub async fn list(&self) -> Result<Vec<Image>, Error> {
        let records: Vec<String> =
            sqlx::query_scalar("SELECT record FROM images ORDER BY created_at DESC, id DESC")
                .fetch_all(&self.pool)
                .await?;
        records
            .iter()
            .map(|record| Ok(serde_json::from_str(record)?))
            .collect()
    }

    /// Replaces the image with this id by `image`.
    pub async fn update(&self, image: &Image) -> Result<(), Error> {
        write(&self.pool, image).await
    }

    /// Reads, changes and writes one image while nobody else does; an error of `change` leaves it as it was.
    pub async fn change<E: From<Error>>(
        &self,
        id: ImageId,
        change: impl FnOnce(&mut Image) -> Result<(), E> + Send,
    ) -> Result<Image, E> {
        let mut transaction = self.pool.begin().await.map_err(Error::from)?;
        let mut image = read(&mut *transaction, id).await?;
        change(&mut image)?;
        write(&mut *transaction, &image).await?;
        transaction.commit().await.map_err(Error::from)?;
        Ok(image)
    }

    pub async fn delete(&self, id: ImageId) -> Result<(), Error> {
        let gone = sqlx::query("DELETE FROM images WHERE id = ?")
            .bind(id.to_string())
            .execute(&self.pool)
            .await?;
        Error::unless_found(gone.rows_affected(), "image", id)
    }
}

async fn read(connection: impl Executor<'_, Database = Sqlite>, id: ImageId) -> Result<Image, Error> {
    let record: Option<String> = sqlx::query_scalar("SELECT record FROM images WHERE id = ?")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    let record = record.ok_or_else(|| Error::no_such("image", id))?;
    Ok(serde_json::from_str(&record)?)
}

async fn write(connection: impl Executor<'_, Database = Sqlite>, image: &Image) -> Result<(), Error> {
    let done = sqlx::query("UPDATE images SET status = ?, owner = ?, record = ? WHERE id = ?")
        .bind(status(image)?)
        .bind(image.owner.as_ref().map(|owner| owner.as_str()))
        .bind(serde_json::to_string(image)?)
        .bind(image.id.to_string())
        .execute(connection)
        .await?;
    Error::unless_found(done.rows_affected(), "image", image.id)
}

/// The word the API has for it.
fn status(image: &Image) -> Result<String, Error> {
    Ok(serde_json::to_value(image.status)?
        .as_str()
        .unwrap_or_default()
        .to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::db::Db;
    use crate::objects::{ImageStatus, ProjectId, Visibility};

    fn image(id: u128, created_at: &str) -> Image {
        Image {
            id: ImageId(uuid::Uuid::from_u128(id)),
            name: Some("busybox".to_owned()),
            status: ImageStatus::Queued,
            visibility: Visibility::Private,
            owner: Some(ProjectId::from("p")),
            container_format: Some("docker".to_owned()),
            disk_format: Some("raw".to_owned()),
            size: None,
            virtual_size: None,
            checksum: None,
            hash_algo: None,
            hash_value: None,
            min_disk: 0,
            min_ram: 0,
            protected: false,
            hidden: false,
            tags: vec!["t".to_owned()],
            properties: BTreeMap::from([("os_distro".to_owned(), "busybox".to_owned())]),
            created_at: created_at.parse().unwrap(),
            updated_at: created_at.parse().unwrap(),
            engine_id: None,
        }
    }

    #[tokio::test]
    async fn images_are_kept_changed_listed_and_deleted() {
        let images = Db::in_memory().await.unwrap().images();
        let old = image(2, "2026-01-01T00:00:00Z");
        let new = image(1, "2026-01-02T00:00:00Z");
        images.create(&old).await.unwrap();
        images.create(&new).await.unwrap();
        assert_eq!(images.list().await.unwrap(), [new.clone(), old.clone()]);
        assert!(matches!(
            images.create(&old).await,
            Err(Error::Exists { kind: "image", .. })
        ));

        let renamed = Image {
            name: None,
            ..old.clone()
        };
        images.update(&renamed).await.unwrap();
        assert_eq!(images.get(old.id).await.unwrap(), renamed);

        images.delete(new.id).await.unwrap();
        assert!(matches!(
            images.get(new.id).await,
            Err(Error::NoSuch { kind: "image", .. })
        ));
        assert!(matches!(images.update(&new).await, Err(Error::NoSuch { .. })));
        assert!(matches!(images.delete(new.id).await, Err(Error::NoSuch { .. })));
        assert_eq!(images.list().await.unwrap(), [renamed]);
    }

    #[tokio::test]
    async fn a_refused_change_leaves_the_image_as_it_was() {
        let images = Db::in_memory().await.unwrap().images();
        let image = image(1, "2026-01-01T00:00:00Z");
        images.create(&image).await.unwrap();

        let saving = images.change(image.id, |image| {
            image.status = ImageStatus::Saving;
            Ok::<(), Error>(())
        });
        assert_eq!(saving.await.unwrap().status, ImageStatus::Saving);

        let refused = images.change(image.id, |image| {
            image.status = ImageStatus::Active;
            Err(Error::no_such("upload", "x"))
        });
        assert!(matches!(refused.await, Err(Error::NoSuch { kind: "upload", .. })));
        assert_eq!(images.get(image.id).await.unwrap().status, ImageStatus::Saving);
    }
}
