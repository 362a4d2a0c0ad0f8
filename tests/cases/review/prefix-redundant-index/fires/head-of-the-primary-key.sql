-- expect: index public.members.members_team_idx
CREATE TABLE members (team bigint, person bigint, PRIMARY KEY (team, person));
CREATE INDEX members_team_idx ON members (team);
