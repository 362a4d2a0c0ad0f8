-- expect: database
-- severity: info
CREATE TABLE people (id bigint PRIMARY KEY, name varchar(255) NOT NULL DEFAULT 'nobody', "First ""Name""" varchar(191), notes text);
