-- Two columns that refer to one table, one column that refers to two, and the two columns of a pair exchanged.
CREATE TABLE people (id bigint PRIMARY KEY, other bigint, UNIQUE (id, other));
CREATE TABLE staff (id bigint PRIMARY KEY REFERENCES people);
CREATE TABLE orders (
    id bigint PRIMARY KEY, buyer bigint REFERENCES people REFERENCES staff, seller bigint REFERENCES people,
    FOREIGN KEY (buyer, seller) REFERENCES people (id, other), FOREIGN KEY (seller, buyer) REFERENCES people (id, other)
);
