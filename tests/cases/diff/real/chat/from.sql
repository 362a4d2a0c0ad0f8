CREATE SCHEMA chat;
CREATE TABLE chat.person (id integer PRIMARY KEY, nick text NOT NULL);
CREATE TABLE chat.room (id integer CONSTRAINT room_pkey PRIMARY KEY, title text);
CREATE TABLE chat.room_member (room integer CONSTRAINT rm_room REFERENCES chat.room, person integer CONSTRAINT rm_person REFERENCES chat.person, CONSTRAINT rm_pk PRIMARY KEY (room, person));
CREATE TABLE chat.message (
    id serial CONSTRAINT message_pkey PRIMARY KEY,
    room integer NOT NULL CONSTRAINT message_room REFERENCES chat.room,
    person integer NOT NULL REFERENCES chat.person,
    body text NOT NULL,
    pinned boolean,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX message_room_at ON chat.message (room, at);
CREATE TABLE chat.reaction (message integer REFERENCES chat.message, person integer REFERENCES chat.person, emoji text, PRIMARY KEY (message, person));
CREATE TABLE chat.upload (id integer PRIMARY KEY, message integer REFERENCES chat.message, name text, data bytea);
CREATE TABLE chat.presence (person integer PRIMARY KEY REFERENCES chat.person, at timestamptz);
CREATE TABLE chat.invite (code text, room integer, by_person integer);
CREATE TABLE chat.block (person integer, other integer, PRIMARY KEY (person, other));
CREATE FUNCTION chat.notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('room', NEW.room::text);
    RETURN NULL;
END $$;
CREATE TRIGGER message_notify AFTER INSERT ON chat.message FOR EACH ROW EXECUTE FUNCTION chat.notify();
CREATE VIEW chat.recent AS SELECT m.id, r.title, p.nick, m.body FROM chat.message m JOIN chat.room r ON r.id = m.room JOIN chat.person p ON p.id = m.person WHERE m.at > now() - interval '1 day';
