-- An inbox: what is only written is meant to be unseen.
CREATE TABLE inbox (id bigint PRIMARY KEY, body text NOT NULL);
ALTER TABLE inbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY send ON inbox FOR INSERT WITH CHECK (length(body) < 10000);
