-- expect: index public.members.members_person_team
CREATE TABLE members (id bigint PRIMARY KEY, person bigint NOT NULL, team bigint, title text);
CREATE UNIQUE INDEX members_person_team ON members (person, team);
