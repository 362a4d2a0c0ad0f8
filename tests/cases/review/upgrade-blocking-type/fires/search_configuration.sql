-- expect: column public.documents.language
-- severity: warning
CREATE TABLE documents (id bigint PRIMARY KEY, language regconfig NOT NULL DEFAULT 'english', body text);
