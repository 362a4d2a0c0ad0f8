-- Another family, a polymorphic id, another system's id, the own key, an ambiguous name, a table on its way.
CREATE SCHEMA x;
CREATE SCHEMA y;
CREATE TABLE users (id bigint PRIMARY KEY, user_id bigint, name text);
CREATE TABLE x.things (id bigint PRIMARY KEY);
CREATE TABLE y.things (id bigint PRIMARY KEY);
CREATE TABLE a (id bigint PRIMARY KEY, user_id uuid, external_user_id bigint, stripe_user_id bigint, thing_id bigint);
CREATE TABLE b (id bigint PRIMARY KEY, owner_user_id bigint, owner_user_type text);
CREATE TABLE profiles (user_id bigint PRIMARY KEY, text text);
CREATE TABLE staging_orders (id bigint PRIMARY KEY, user_id bigint);
