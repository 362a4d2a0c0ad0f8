-- The token without Supabase's function, in a check, and a table that needs quotes.
-- expect: policy public.My Notes.ten'ants
CREATE TABLE "My Notes" (id bigint PRIMARY KEY, tenant text NOT NULL);
ALTER TABLE "My Notes" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "ten'ants" ON "My Notes" FOR INSERT
    WITH CHECK (tenant = current_setting('request.jwt.claims', true)::jsonb -> 'user_metadata' ->> 'tenant');
