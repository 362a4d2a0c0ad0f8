CREATE TABLE schema_migrations (version text PRIMARY KEY);
GRANT SELECT ON schema_migrations TO PUBLIC;
CREATE TABLE orders (id int PRIMARY KEY);
