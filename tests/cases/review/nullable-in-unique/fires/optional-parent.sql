-- Two folders of the same name may lie in the root.
-- expect: constraint public.folders.folders_parent_id_name_key
-- severity: warning
CREATE TABLE folders (
    id bigint PRIMARY KEY, parent_id bigint REFERENCES folders, name text NOT NULL, UNIQUE (parent_id, name)
);
