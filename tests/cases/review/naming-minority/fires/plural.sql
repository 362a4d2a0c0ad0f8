-- expect: table public.invoice
-- severity: info
CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE posts (id bigint PRIMARY KEY);
CREATE TABLE comments (id bigint PRIMARY KEY); CREATE TABLE categories (id bigint PRIMARY KEY);
CREATE TABLE order_items (id bigint PRIMARY KEY); CREATE TABLE people (id bigint PRIMARY KEY);
CREATE TABLE invoice (id bigint PRIMARY KEY); CREATE TABLE metadata (id bigint PRIMARY KEY);
