-- A name says nothing.
CREATE TABLE letters (id bigint PRIMARY KEY, xml text, body_xml jsonb);
