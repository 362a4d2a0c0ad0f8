-- expect: table public.audit_log
-- severity: info
CREATE TABLE audit_log (at timestamptz NOT NULL, what text);
CREATE INDEX ON audit_log (at);
