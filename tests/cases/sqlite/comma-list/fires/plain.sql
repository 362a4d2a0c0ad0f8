-- expect: column post.tag_ids
CREATE TABLE post (id INTEGER PRIMARY KEY, tag_ids TEXT NOT NULL);
