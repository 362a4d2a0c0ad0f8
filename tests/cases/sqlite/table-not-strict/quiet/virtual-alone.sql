CREATE VIRTUAL TABLE post USING fts5 (title, body);
