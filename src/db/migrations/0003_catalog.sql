-- What administrators and users arrange around servers: access to flavors, server groups, quotas, services, aggregates. Each is kept
-- whole under its kind and a key of its own.
CREATE TABLE catalog (
    kind VARCHAR(32) NOT NULL,
    id VARCHAR(255) NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (kind, id)
);
