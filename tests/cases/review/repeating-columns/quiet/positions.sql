-- The lines of an address, the two ends of a relation, widths of hashes, coordinates and dimensions.
CREATE TABLE places (
    id bigint PRIMARY KEY, address_line1 text, address_line2 text, address_line3 text, sha1 bytea, sha256 bytea,
    sha512 bytea, x0 int, x1 int, x2 int, dimension1 int, dimension2 int, dimension3 int, md5 text
);
CREATE TABLE relations (id bigint PRIMARY KEY, entity0 bigint NOT NULL, entity1 bigint NOT NULL);
