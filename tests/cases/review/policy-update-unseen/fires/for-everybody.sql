-- For PUBLIC, where only one role reads; names that need quotes.
-- roles: kiosk
-- expect: policy public.My Notes.ed'it
CREATE TABLE "My Notes" (id bigint PRIMARY KEY, "Owner" text NOT NULL);
ALTER TABLE "My Notes" ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON "My Notes" FOR SELECT TO kiosk USING (true);
CREATE POLICY "ed'it" ON "My Notes" FOR UPDATE USING ("Owner" = CURRENT_USER);
