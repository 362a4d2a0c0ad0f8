-- Seven bytes of three hundred are nothing.
-- facts: {"tables": {"public.pages": {"rows": 1000, "pages": 90}}}
-- facts: {"columns": {"public.pages": [{"column": "ok", "average_width": 1}, {"column": "id", "average_width": 8}, {"column": "body", "average_width": 300}]}}
CREATE TABLE pages (ok boolean, id bigint PRIMARY KEY, body text);
CREATE TABLE one (ok boolean PRIMARY KEY);
CREATE TABLE uuids (id uuid PRIMARY KEY, other uuid, note text, at timestamptz);
