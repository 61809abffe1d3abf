-- The standalone network service keeps all its resources here: networks, subnets, ports, groups, rules, routers and the rest.
CREATE TABLE network_resources (
    kind VARCHAR(32) NOT NULL,
    id VARCHAR(64) NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (kind, id)
);

-- Interfaces are kept in full since there are networks of our own; what the engine gave before is looked up anew.
UPDATE instances SET record = json_set(record, '$.vifs', json('[]'));
