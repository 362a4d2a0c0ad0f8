CREATE EXTENSION vector;
CREATE TABLE docs (id bigint PRIMARY KEY, a vector(2000), b halfvec(4000), c vector);
