-- Numbers of catalogue rows, and values that are in the row.
CREATE TABLE watched (id bigint PRIMARY KEY, relid oid, table_oid oid, data_oid oid, data bytea, owner regrole);
