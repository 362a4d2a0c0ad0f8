-- A counter that a trigger of the counted table keeps; totals without a quantity; a count of what is not referred to.
CREATE FUNCTION count_comments() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TABLE posts (id bigint PRIMARY KEY, comments_count int NOT NULL DEFAULT 0, views_count int, total numeric);
CREATE TABLE comments (id bigint PRIMARY KEY, post_id bigint REFERENCES posts);
CREATE TRIGGER counted AFTER INSERT OR DELETE ON comments FOR EACH ROW EXECUTE FUNCTION count_comments();
CREATE TABLE people (id bigint PRIMARY KEY, first_name text, name text, age int);
