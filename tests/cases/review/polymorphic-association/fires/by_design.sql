-- More than five are one finding.
-- expect: database
-- severity: warning
CREATE TABLE alarm (id bigint PRIMARY KEY, originator_type text NOT NULL, originator_id uuid NOT NULL);
CREATE TABLE note (id bigint PRIMARY KEY, entity_type text NOT NULL, entity_id uuid NOT NULL);
CREATE TABLE rpc_state (id bigint PRIMARY KEY, entity_type text NOT NULL, entity_id uuid NOT NULL);
CREATE TABLE usage_state (id bigint PRIMARY KEY, entity_type text NOT NULL, entity_id uuid NOT NULL);
CREATE TABLE job_run (id bigint PRIMARY KEY, target_type text NOT NULL, target_id uuid NOT NULL);
CREATE TABLE view_state (id bigint PRIMARY KEY, owner_type text NOT NULL, owner_id uuid NOT NULL);
