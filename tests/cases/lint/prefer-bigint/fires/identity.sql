-- at: things.id
CREATE TABLE things (id integer GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (id));
