-- Letters of other scripts and reserved words are no matter of this rule.
CREATE TABLE größen (id bigint PRIMARY KEY, name_2 text, _hidden text, a$b text, "user" text);
CREATE VIEW shown AS SELECT id FROM größen;
