-- A schema without a single foreign key was made that way.
-- expect: database
-- severity: info
CREATE TABLE websites (id bigint PRIMARY KEY);
CREATE TABLE teams (id bigint PRIMARY KEY);
CREATE TABLE pages (id bigint PRIMARY KEY, website_id bigint NOT NULL);
CREATE TABLE members (id bigint PRIMARY KEY, team_id bigint NOT NULL);
