-- expect: column public.relations.entity_id
-- severity: warning
CREATE TYPE entity AS ENUM ('device', 'asset');
CREATE TABLE relations (entity_id uuid, entity_type entity, name text, PRIMARY KEY (entity_id, entity_type, name));
