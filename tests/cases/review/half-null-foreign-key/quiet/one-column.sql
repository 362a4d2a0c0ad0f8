CREATE TABLE cities (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, city_id bigint REFERENCES cities, other_id bigint REFERENCES cities);
