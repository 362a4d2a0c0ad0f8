-- A view stores nothing; aclitem has its new format from 16 on.
CREATE TABLE documents (id bigint PRIMARY KEY, language text, privileges aclitem);
CREATE VIEW searched AS SELECT id, language::regconfig AS language FROM documents;
