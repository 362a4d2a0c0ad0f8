-- expect: type public.Permission
CREATE TYPE "Permission" AS ENUM ('v0', 'v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8', 'v9', 'v10', 'v11', 'v12', 'it''s');
CREATE TABLE roles (id bigint PRIMARY KEY, granted "Permission"[] NOT NULL);
