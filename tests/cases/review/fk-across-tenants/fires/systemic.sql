-- expect: database
CREATE TABLE organizations (id bigint PRIMARY KEY, name text);
CREATE TABLE customers (id bigint PRIMARY KEY, organization_id bigint NOT NULL REFERENCES organizations);
CREATE TABLE a (id bigint PRIMARY KEY, organization_id bigint NOT NULL REFERENCES organizations, b bigint REFERENCES customers, c bigint REFERENCES customers);
CREATE TABLE b (id bigint PRIMARY KEY, organization_id bigint NOT NULL REFERENCES organizations, b bigint REFERENCES customers, c bigint REFERENCES a);
CREATE TABLE c (id bigint PRIMARY KEY, organization_id bigint NOT NULL REFERENCES organizations, b bigint REFERENCES b, c bigint REFERENCES a);
