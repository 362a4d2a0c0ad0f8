-- A column that is no key determines others; a name that is taken, and hostile ones.
-- expect: table public.select
-- severity: warning
-- one-way: columns come back at the end of the table
-- facts: {"dependencies": {"public.\"select\"": [{"table": "select", "left": ["zip\"code"], "right": ["Ort", "land"]}]}}
CREATE TABLE "select" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "zip""code" text NOT NULL,
    "Ort" text NOT NULL,
    land char(2) DEFAULT 'DE',
    noted text
);
CREATE TABLE "zip""" (id int PRIMARY KEY);
