-- A function names one of them and would not follow.
-- expect: column public.notes.fk_user
-- expect: column public.notes.user
-- expect: column public.posts.userFk
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint REFERENCES users, editor_id bigint REFERENCES users,
    reader_id bigint REFERENCES users, critic_id bigint REFERENCES users, printer_id bigint REFERENCES users,
    owner_id bigint REFERENCES users, writer_id bigint REFERENCES users, buyer_id bigint REFERENCES users,
    seller_id bigint REFERENCES users, poet_id bigint REFERENCES users, judge_id bigint REFERENCES users,
    guard_id bigint REFERENCES users);
CREATE TABLE notes (id bigint PRIMARY KEY, fk_user bigint REFERENCES users, "user" bigint REFERENCES users);
ALTER TABLE posts ADD "userFk" bigint REFERENCES users;
CREATE FUNCTION noted() RETURNS bigint LANGUAGE sql AS 'SELECT fk_user FROM public.notes';
