CREATE TABLE broken (id integer PRIMARY KEY, a integer);
CREATE INDEX broken_a ON broken (a);
-- As a concurrent build that failed leaves it.
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken_a'::regclass;
