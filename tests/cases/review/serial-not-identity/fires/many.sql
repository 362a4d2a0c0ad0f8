-- expect: database
CREATE TABLE orders (id bigserial PRIMARY KEY);
CREATE TABLE items (id bigserial PRIMARY KEY, "Number" serial);
CREATE TABLE plans (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
