-- Servers that are gone, as they were at their end. Usage is reported from it, and what changed since some time.
CREATE TABLE deleted_instances (
    id VARCHAR(36) NOT NULL PRIMARY KEY,
    project_id VARCHAR(255) NOT NULL,
    created_at BIGINT NOT NULL,
    number BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL,
    record TEXT NOT NULL
);

CREATE INDEX deleted_instances_deleted_at ON deleted_instances (deleted_at);
