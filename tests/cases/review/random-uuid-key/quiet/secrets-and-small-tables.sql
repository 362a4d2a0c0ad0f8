-- A token's key must not tell when it was made; 500 rows fit anywhere.
-- facts: {"tables": {"public.plans": {"rows": 500, "pages": 5}}}
CREATE TABLE invitations (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), who text);
CREATE TABLE plans (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), title text);
