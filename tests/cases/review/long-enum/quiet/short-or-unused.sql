CREATE TYPE unused AS ENUM ('v0', 'v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8', 'v9', 'v10', 'v11', 'v12', 'v13');
CREATE TYPE level AS ENUM ('low', 'middle', 'high');
CREATE TABLE things (id bigint PRIMARY KEY, level level);
