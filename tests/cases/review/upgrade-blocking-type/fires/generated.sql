-- The generated column refuses another type, so no change is given.
-- expect: column public.documents.language
CREATE TABLE documents (id bigint PRIMARY KEY, language regconfig NOT NULL, body text,
    words tsvector GENERATED ALWAYS AS (to_tsvector(language, body)) STORED);
