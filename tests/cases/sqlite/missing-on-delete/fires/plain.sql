-- expect: constraint book.book_author_id_fkey
CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL, born TEXT, died TEXT, land TEXT);
CREATE TABLE book (id INTEGER PRIMARY KEY, author_id INTEGER REFERENCES author (id), body TEXT, at TEXT, more TEXT);
CREATE TABLE talk (id INTEGER PRIMARY KEY, author_id INTEGER REFERENCES author (id) ON DELETE CASCADE);
