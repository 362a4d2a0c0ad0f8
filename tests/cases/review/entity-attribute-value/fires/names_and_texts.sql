-- One text of each name for each entity, the names nowhere listed: a question.
-- expect: table public.connection_attributes
-- severity: info
CREATE TABLE connections (id bigint PRIMARY KEY);
CREATE TABLE connection_attributes (
    connection_id bigint REFERENCES connections ON DELETE CASCADE,
    attribute_name varchar(128) NOT NULL,
    attribute_value varchar(4096) NOT NULL,
    PRIMARY KEY (connection_id, attribute_name)
);
