-- roles: anon
CREATE TABLE countries (code text PRIMARY KEY);
CREATE MATERIALIZED VIEW m AS SELECT * FROM countries;
GRANT SELECT ON m TO anon;
