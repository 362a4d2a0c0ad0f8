-- expect: constraint book.book_author_id_fkey
CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE book (id INTEGER PRIMARY KEY, author_id INTEGER REFERENCES author (id), editor_id INTEGER REFERENCES author (id));
INSERT INTO author VALUES (1, 'a');
INSERT INTO book VALUES (1, 1, 1), (2, 7, 1), (3, 8, 1);
