//! The table of tokens: what each is good for, under the hash of the token itself.

use jiff::Timestamp;

use super::{Error, Identities};

/// A token that was given out; the token itself is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The SHA-256 of the token, in hexadecimal digits.
    pub hash: String,
    pub user_id: String,
    pub project_id: Option<String>,
    /// How its user proved to be that user: `password`, `token`.
    pub methods: Vec<String>,
    pub audit_id: String,
    /// Of the token that this one was made from.
    pub parent_audit_id: Option<String>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

type Row = (
    String,
    String,
    Option<String>,
    String,
    String,
    Option<String>,
    i64,
    i64,
);

fn read(row: Row) -> Result<Token, Error> {
    let (hash, user_id, project_id, methods, audit_id, parent_audit_id, issued_at, expires_at) = row;
    Ok(Token {
        hash,
        user_id,
        project_id,
        methods: methods.split(',').map(str::to_owned).collect(),
        audit_id,
        parent_audit_id,
        issued_at: time(issued_at)?,
        expires_at: time(expires_at)?,
    })
}

fn time(microseconds: i64) -> Result<Timestamp, Error> {
    Timestamp::from_microsecond(microseconds).map_err(|error| Error::Sql(sqlx::Error::Decode(error.into())))
}

impl Identities {
    pub async fn create_token(&self, token: &Token) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO tokens (hash, user_id, project_id, methods, audit_id, parent_audit_id, issued_at, \
             expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&token.hash)
        .bind(&token.user_id)
        .bind(&token.project_id)
        .bind(token.methods.join(","))
        .bind(&token.audit_id)
        .bind(&token.parent_audit_id)
        .bind(token.issued_at.as_microsecond())
        .bind(token.expires_at.as_microsecond())
        .execute(&self.pool)
        .await
        .map_err(|error| Error::unless_taken(error, "token", &token.audit_id))?;
        Ok(())
    }

    /// Also one that has expired, until it is pruned.
    pub async fn token(&self, hash: &str) -> Result<Token, Error> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT hash, user_id, project_id, methods, audit_id, parent_audit_id, issued_at, expires_at \
             FROM tokens WHERE hash = ?",
        )
        .bind(hash)
        .fetch_optional(&self.pool)
        .await?;
        read(row.ok_or_else(|| Error::no_such("token", "with this hash"))?)
    }

    pub async fn delete_token(&self, hash: &str) -> Result<(), Error> {
        let gone = sqlx::query("DELETE FROM tokens WHERE hash = ?")
            .bind(hash)
            .execute(&self.pool)
            .await?;
        Error::unless_found(gone.rows_affected(), "token", "with this hash")
    }

    /// All tokens of one user, as after a change of its password.
    pub async fn delete_tokens_of(&self, user_id: &str) -> Result<(), Error> {
        sqlx::query("DELETE FROM tokens WHERE user_id = ?")
            .bind(user_id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Deletes what has expired by `now`, and says how many that were.
    pub async fn prune_tokens(&self, now: Timestamp) -> Result<u64, Error> {
        let gone = sqlx::query("DELETE FROM tokens WHERE expires_at <= ?")
            .bind(now.as_microsecond())
            .execute(&self.pool)
            .await?;
        Ok(gone.rows_affected())
    }
}
