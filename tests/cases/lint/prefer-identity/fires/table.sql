-- at: things.id
CREATE TABLE things (id bigserial PRIMARY KEY);
