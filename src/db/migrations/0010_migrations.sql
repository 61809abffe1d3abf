-- Moves of servers from one flavor to another; they stay readable when the server is gone.
CREATE TABLE migrations (
    id BIGINT NOT NULL PRIMARY KEY,
    uuid VARCHAR(36) NOT NULL UNIQUE,
    instance_id VARCHAR(36) NOT NULL,
    created_at BIGINT NOT NULL,
    record TEXT NOT NULL
);

CREATE INDEX migrations_instance_id ON migrations (instance_id);
