CREATE TABLE things (id bigint PRIMARY KEY);
ALTER TABLE things ADD COLUMN n bigserial;
