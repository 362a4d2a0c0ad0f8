-- expect: table shop."Orders of"_acme
-- severity: info
CREATE SCHEMA shop;
CREATE TABLE shop."""Orders of""_acme" (id bigint PRIMARY KEY, placed timestamptz, "to" text, total numeric, note text);
CREATE TABLE shop."""Orders of""_globex" (id bigint PRIMARY KEY, placed timestamptz, "to" text, total numeric, note text);
CREATE TABLE shop."""Orders of""_initech" (id bigint PRIMARY KEY, placed timestamptz, "to" text, total numeric, note text);
