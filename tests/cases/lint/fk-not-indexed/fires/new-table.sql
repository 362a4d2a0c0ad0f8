-- at: things.things_owner_id_fkey
CREATE TABLE things (id bigint PRIMARY KEY, owner_id bigint REFERENCES owners);
