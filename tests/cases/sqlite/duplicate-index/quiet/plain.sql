CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT NOT NULL, year INTEGER);
CREATE INDEX one ON book (title);
CREATE INDEX two ON book (title COLLATE NOCASE);
CREATE INDEX three ON book (title) WHERE year > 2000;
CREATE INDEX four ON book (lower(title));
