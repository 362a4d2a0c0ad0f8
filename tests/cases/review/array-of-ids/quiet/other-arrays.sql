-- Another family than the table's keys, another system's ids, arrays of something else, a text.
CREATE TABLE tags (id uuid PRIMARY KEY, name text);
CREATE TABLE posts (id bigint PRIMARY KEY, tag_ids bigint[], external_ids text[], "order" int[], point_ids point[], some_ids text);
