-- Two tables that each need the other: no row can be made for the proof, so one of the lab's is taken.
-- expect: constraint public.concepts.concepts_domain_fkey
-- expect: constraint public.domains.domains_concept_fkey
-- severity: warning
CREATE TABLE concepts (id bigint PRIMARY KEY, domain text NOT NULL, a text, b text, c text);
CREATE TABLE domains (name text PRIMARY KEY, concept bigint NOT NULL REFERENCES concepts, a text, b text, c text);
ALTER TABLE concepts ADD FOREIGN KEY (domain) REFERENCES domains;
