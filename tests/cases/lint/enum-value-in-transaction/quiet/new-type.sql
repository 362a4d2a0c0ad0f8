CREATE TYPE size AS ENUM ('s');
ALTER TYPE size ADD VALUE 'm';
CREATE TABLE shirts (id bigint PRIMARY KEY, size size DEFAULT 'm');
