-- What is left of deleted servers: when they ran, and how big they were. Usage is reported from it.
CREATE TABLE lifetimes (
    instance_id VARCHAR(36) NOT NULL PRIMARY KEY,
    project_id VARCHAR(255) NOT NULL,
    launched_at BIGINT NOT NULL,
    terminated_at BIGINT NOT NULL,
    record TEXT NOT NULL
);

CREATE INDEX lifetimes_terminated_at ON lifetimes (terminated_at);
