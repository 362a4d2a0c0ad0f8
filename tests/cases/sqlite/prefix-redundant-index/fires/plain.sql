-- expect: index book.one
CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT NOT NULL, year INTEGER);
CREATE INDEX one ON book (year);
CREATE INDEX two ON book (year, id);
