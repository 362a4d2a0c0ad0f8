-- expect: constraint book.book_author_id_fkey
CREATE TABLE book (id INTEGER PRIMARY KEY, author_id INTEGER REFERENCES author (id));
INSERT INTO book VALUES (1, 5);
