-- Codes of standards, a list of codes, a key that is another table's too, a name.
CREATE TABLE countries (id char(2) PRIMARY KEY, name text, since date, area numeric);
CREATE TABLE kinds (id text PRIMARY KEY, title text);
CREATE TABLE kind_texts (id text PRIMARY KEY REFERENCES kinds, at timestamptz);
CREATE TABLE hosts (name text PRIMARY KEY, at timestamptz);
CREATE TABLE uploads (id text PRIMARY KEY DEFAULT gen_random_uuid()::text, at timestamptz);
