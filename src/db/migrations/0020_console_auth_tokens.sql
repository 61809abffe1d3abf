-- Who may open a console. A token itself is never kept, only its SHA-256.
CREATE TABLE console_auth_tokens (
    hash VARCHAR(64) NOT NULL PRIMARY KEY,
    instance_id VARCHAR(36) NOT NULL,
    console_type VARCHAR(255) NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX console_auth_tokens_instance_id ON console_auth_tokens (instance_id);
CREATE INDEX console_auth_tokens_expires_at ON console_auth_tokens (expires_at);
