-- NOT NULL, MATCH FULL, and a CHECK that ties the two together.
CREATE TABLE cities (country text, city text, PRIMARY KEY (country, city));
CREATE TABLE a (id bigint PRIMARY KEY, country text NOT NULL, city text NOT NULL, FOREIGN KEY (country, city) REFERENCES cities);
CREATE TABLE b (id bigint PRIMARY KEY, country text, city text, FOREIGN KEY (country, city) REFERENCES cities MATCH FULL);
CREATE TABLE c (
    id bigint PRIMARY KEY, country text, city text, FOREIGN KEY (country, city) REFERENCES cities,
    CHECK (num_nulls(country, city) IN (0, 2))
);
