-- Events may outlive what they were about.
-- expect: column public.audit_log.targetId
-- severity: info
CREATE TABLE audit_log (id bigint PRIMARY KEY, "targetType" text, "targetId" text, at timestamptz);
