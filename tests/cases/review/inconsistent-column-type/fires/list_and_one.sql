-- expect: column public.books.author_name
CREATE TABLE books (id bigint PRIMARY KEY, author_name text);
CREATE TABLE posts (id bigint PRIMARY KEY, author_name text[]);
