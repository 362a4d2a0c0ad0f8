CREATE TABLE public.t (
    id integer PRIMARY KEY, code text, kind text,
    CONSTRAINT code_shape CHECK (code ~ '^[a-z]{2}-\d+$' AND code NOT LIKE '%''%'),
    CONSTRAINT kind_known CHECK (kind = ANY (ARRAY['x', 'y']) AND CASE WHEN kind = 'x' THEN code IS NOT NULL ELSE true END)
);
