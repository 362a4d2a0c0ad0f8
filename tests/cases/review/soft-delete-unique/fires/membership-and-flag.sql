-- expect: index public.members.members_both
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE teams (id bigint PRIMARY KEY);
CREATE TABLE members (
    id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, team_id bigint NOT NULL REFERENCES teams,
    is_deleted boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX members_both ON members (user_id, team_id);
