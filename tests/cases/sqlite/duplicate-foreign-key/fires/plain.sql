-- expect: constraint book.book_author_id_fkey
CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE book (id INTEGER PRIMARY KEY, author_id INTEGER REFERENCES author, CONSTRAINT again FOREIGN KEY (author_id) REFERENCES author (id));
