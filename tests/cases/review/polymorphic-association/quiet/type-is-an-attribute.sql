-- The stem is a table, or the id is this table's own key, or a foreign key checks it.
CREATE TABLE devices (device_id bigint PRIMARY KEY, device_type text);
CREATE TABLE readings (id bigint PRIMARY KEY, device_id bigint, device_type text);
CREATE TABLE members (id bigint PRIMARY KEY, subject_id bigint REFERENCES devices, subject_type text);
