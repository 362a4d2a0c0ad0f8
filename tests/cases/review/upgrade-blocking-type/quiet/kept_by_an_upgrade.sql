-- pg_upgrade keeps the numbers of relations, types and roles.
CREATE TABLE things (id bigint PRIMARY KEY, of regclass, kind regtype, owner regrole, also regclass[]);
