//! The table of tokens that open a console, under the hash of the token itself.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Db, Error};
use crate::objects::{ConsoleAuthToken, InstanceId};

/// What was given out and not used yet. A hash is the SHA-256 of a token, in hexadecimal digits.
#[async_trait]
pub trait ConsoleAuthTokens: Send + Sync {
    /// Those that have expired by `now` go.
    async fn create_console_auth_token(
        &self,
        hash: &str,
        token: &ConsoleAuthToken,
        now: Timestamp,
    ) -> Result<(), Error>;
    /// `None` for one that nobody has, or that has expired by `now`.
    async fn console_auth_token(&self, hash: &str, now: Timestamp)
    -> Result<Option<ConsoleAuthToken>, Error>;
    /// The same, and nobody is given it again: of several who ask at once, one gets it.
    async fn use_console_auth_token(
        &self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<ConsoleAuthToken>, Error>;
    async fn delete_console_auth_tokens(&self, of: InstanceId) -> Result<(), Error>;
}

#[async_trait]
impl ConsoleAuthTokens for Db {
    async fn create_console_auth_token(
        &self,
        hash: &str,
        token: &ConsoleAuthToken,
        now: Timestamp,
    ) -> Result<(), Error> {
        sqlx::query("DELETE FROM console_auth_tokens WHERE expires_at <= ?")
            .bind(now.as_microsecond())
            .execute(&self.inner.pool)
            .await?;
        sqlx::query(
            "INSERT INTO console_auth_tokens (hash, instance_id, console_type, expires_at) VALUES (?, ?, ?, ?)",
        )
        .bind(hash)
        .bind(token.instance_id.to_string())
        .bind(&token.console_type)
        .bind(token.expires_at.as_microsecond())
        .execute(&self.inner.pool)
        .await
        .map_err(|error| Error::unless_taken(error, "console token", "of this hash"))?;
        Ok(())
    }

    async fn console_auth_token(
        &self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<ConsoleAuthToken>, Error> {
        let row: Option<(String, String, i64)> = sqlx::query_as(
            "SELECT instance_id, console_type, expires_at FROM console_auth_tokens WHERE hash = ? AND expires_at > ?",
        )
        .bind(hash)
        .bind(now.as_microsecond())
        .fetch_optional(&self.inner.pool)
        .await?;
        row.map(read).transpose()
    }

    async fn use_console_auth_token(
        &self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<ConsoleAuthToken>, Error> {
        let found = self.console_auth_token(hash, now).await?;
        let gone = sqlx::query("DELETE FROM console_auth_tokens WHERE hash = ?")
            .bind(hash)
            .execute(&self.inner.pool)
            .await?;
        Ok(found.filter(|_| gone.rows_affected() > 0))
    }

    async fn delete_console_auth_tokens(&self, of: InstanceId) -> Result<(), Error> {
        sqlx::query("DELETE FROM console_auth_tokens WHERE instance_id = ?")
            .bind(of.to_string())
            .execute(&self.inner.pool)
            .await?;
        Ok(())
    }
}

fn read((instance, console_type, expires_at): (String, String, i64)) -> Result<ConsoleAuthToken, Error> {
    let unreadable = |error: Box<dyn std::error::Error + Send + Sync>| Error::Sql(sqlx::Error::Decode(error));
    let expires_at = Timestamp::from_microsecond(expires_at).map_err(|error| unreadable(error.into()))?;
    Ok(ConsoleAuthToken {
        instance_id: instance
            .parse()
            .map_err(|_| unreadable("no id of a server".into()))?,
        console_type,
        expires_at,
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn token(number: u128, end: i64) -> ConsoleAuthToken {
        ConsoleAuthToken {
            instance_id: InstanceId(Uuid::from_u128(number)),
            console_type: "serial".to_owned(),
            expires_at: at(end),
        }
    }

    #[tokio::test]
    async fn a_token_is_found_until_it_is_used_or_expires() {
        let db = Db::in_memory().await.unwrap();
        for (hash, token) in [("a", token(1, 10)), ("b", token(2, 20))] {
            db.create_console_auth_token(hash, &token, at(0)).await.unwrap();
        }
        assert_eq!(
            db.console_auth_token("a", at(9)).await.unwrap(),
            Some(token(1, 10))
        );
        assert_eq!(db.console_auth_token("a", at(10)).await.unwrap(), None);
        assert_eq!(db.console_auth_token("c", at(0)).await.unwrap(), None);
        let (first, second) = tokio::join!(
            db.use_console_auth_token("b", at(0)),
            db.use_console_auth_token("b", at(0))
        );
        let both = [first.unwrap(), second.unwrap()];
        assert_eq!(both.iter().flatten().collect::<Vec<_>>(), [&token(2, 20)]);
        assert_eq!(db.console_auth_token("b", at(0)).await.unwrap(), None);
        assert_eq!(db.use_console_auth_token("a", at(10)).await.unwrap(), None);
    }

    #[tokio::test]
    async fn the_tokens_of_one_server_go_together() {
        let db = Db::in_memory().await.unwrap();
        for (hash, token) in [("a", token(1, 10)), ("b", token(1, 10)), ("c", token(2, 10))] {
            db.create_console_auth_token(hash, &token, at(0)).await.unwrap();
        }
        db.delete_console_auth_tokens(token(1, 10).instance_id)
            .await
            .unwrap();
        for (hash, left) in [("a", None), ("b", None), ("c", Some(token(2, 10)))] {
            assert_eq!(db.console_auth_token(hash, at(0)).await.unwrap(), left, "{hash}");
        }
    }

    #[tokio::test]
    async fn those_that_have_expired_do_not_stay() {
        let db = Db::in_memory().await.unwrap();
        db.create_console_auth_token("a", &token(1, 10), at(0))
            .await
            .unwrap();
        db.create_console_auth_token("b", &token(1, 30), at(20))
            .await
            .unwrap();
        assert_eq!(db.console_auth_token("a", at(0)).await.unwrap(), None);
        assert_eq!(
            db.console_auth_token("b", at(20)).await.unwrap(),
            Some(token(1, 30))
        );
    }
}
