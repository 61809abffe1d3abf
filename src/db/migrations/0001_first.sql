-- Portable on purpose: VARCHAR, TEXT, INTEGER and BIGINT alone, 0 or 1 for yes and no, times as microseconds since 1970.

-- What is true of the installation as a whole.
CREATE TABLE deployment (
    name VARCHAR(64) NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE instances (
    id VARCHAR(36) NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    project_id VARCHAR(255) NOT NULL,
    vm_state VARCHAR(32) NOT NULL,
    created_at BIGINT NOT NULL,
    record TEXT NOT NULL
);

-- No reference to instances: what was asked of a server stays readable when the server is gone.
CREATE TABLE actions (
    instance_id VARCHAR(36) NOT NULL,
    request_id VARCHAR(64) NOT NULL,
    start_time BIGINT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (instance_id, request_id)
);

CREATE TABLE keypairs (
    user_id VARCHAR(64) NOT NULL,
    name VARCHAR(255) NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (user_id, name)
);

CREATE TABLE flavors (
    id VARCHAR(255) NOT NULL PRIMARY KEY,
    name VARCHAR(255) NOT NULL UNIQUE,
    memory_mb BIGINT NOT NULL,
    record TEXT NOT NULL
);

CREATE TABLE images (
    id VARCHAR(36) NOT NULL PRIMARY KEY,
    status VARCHAR(32) NOT NULL,
    owner VARCHAR(255),
    created_at BIGINT NOT NULL,
    record TEXT NOT NULL
);

CREATE TABLE users (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    name VARCHAR(255) NOT NULL UNIQUE,
    enabled INTEGER NOT NULL,
    description TEXT NOT NULL,
    default_project_id VARCHAR(64),
    password_hash TEXT NOT NULL
);

CREATE TABLE projects (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    name VARCHAR(255) NOT NULL UNIQUE,
    enabled INTEGER NOT NULL,
    description TEXT NOT NULL
);

CREATE TABLE assignments (
    user_id VARCHAR(64) NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    project_id VARCHAR(64) NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    role VARCHAR(64) NOT NULL,
    PRIMARY KEY (user_id, project_id, role)
);

-- A token itself is never kept, only its SHA-256.
CREATE TABLE tokens (
    hash VARCHAR(64) NOT NULL PRIMARY KEY,
    user_id VARCHAR(64) NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    project_id VARCHAR(64) REFERENCES projects (id) ON DELETE CASCADE,
    methods VARCHAR(64) NOT NULL,
    audit_id VARCHAR(32) NOT NULL,
    parent_audit_id VARCHAR(32),
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX tokens_expires_at ON tokens (expires_at);
