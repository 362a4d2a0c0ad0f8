CREATE TABLE a (uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(), uuid_source text, uuids uuid[]);
