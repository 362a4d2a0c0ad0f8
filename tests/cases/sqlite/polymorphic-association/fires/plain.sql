-- expect: column comment.commentable_id
CREATE TABLE comment (id INTEGER PRIMARY KEY, commentable_type TEXT NOT NULL, commentable_id INTEGER NOT NULL, text TEXT);
