-- expect: constraint category.category_parent_id_fkey
CREATE TABLE category (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES category (id), name TEXT);
