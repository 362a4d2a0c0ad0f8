-- As many of one style as of the other: there is no rest to be like.
CREATE TABLE users (id bigint PRIMARY KEY, "createdAt" date, made_at date); CREATE TABLE posts (id bigint PRIMARY KEY);
CREATE TABLE comments (id bigint PRIMARY KEY); CREATE TABLE order_line (id bigint PRIMARY KEY, "paidAt" date);
CREATE TABLE invoice (id bigint PRIMARY KEY, paid_at date); CREATE TABLE tag (id bigint PRIMARY KEY);
