-- Whatever SQLite lets one write: quotes, rings, keys without NOT NULL, types of nobody, words of every language.
CREATE TABLE [select] (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, "from" MONEY, `type` VARYING CHARACTER(255), metadata TEXT);
CREATE TABLE teams (id INTEGER PRIMARY KEY, captain_id INTEGER REFERENCES players(id), name TEXT UNIQUE ON CONFLICT IGNORE);
CREATE TABLE players (id INTEGER PRIMARY KEY, team_id INTEGER NOT NULL REFERENCES teams(id) ON DELETE CASCADE,
  shirt SMALLINT NOT NULL, joined TIMESTAMP DEFAULT (datetime('now')), rating FLOAT DEFAULT 1.5, note TEXT DEFAULT 'it''s "so"',
  UNIQUE (team_id, shirt));
CREATE TABLE pairs (a BIGINT, b TEXT COLLATE RTRIM, c DOUBLE PRECISION, PRIMARY KEY (b, a));
CREATE TABLE triples (x BIGINT NOT NULL, y TEXT NOT NULL, z CHAR(3) NOT NULL, pair_note NVARCHAR(20),
  CONSTRAINT triples_key PRIMARY KEY (z, x, y), CONSTRAINT to_pair FOREIGN KEY (y, x) REFERENCES pairs (b, a) ON UPDATE CASCADE ON DELETE SET NULL);
CREATE TABLE settings (id INTEGER PRIMARY KEY CHECK (id = 1), raw BLOB NOT NULL DEFAULT x'00ff', flag BOOLEAN NOT NULL DEFAULT FALSE CHECK (flag IN (0, 1)),
  at INTEGER DEFAULT (strftime('%s', 'now')), day DATE DEFAULT CURRENT_DATE, hour TIME, ratio NUMERIC(5, 2), big HUGEINT DEFAULT 9007199254740993);
CREATE TABLE "emp loyee" ("emp id" INTEGER PRIMARY KEY, "first name" TEXT NOT NULL, "boss id" INTEGER REFERENCES "emp loyee" ("emp id"));
CREATE INDEX "emp loyee boss" ON "emp loyee" ("boss id" DESC, "first name" COLLATE NOCASE);
CREATE INDEX players_long ON players (length(note) + 1, shirt) WHERE note IS NOT NULL AND shirt > 0;
CREATE VIEW "all names" AS SELECT name AS "the name", 1 + 1 AS two FROM teams;
CREATE TRIGGER teams_named BEFORE INSERT ON teams WHEN NEW.name = '' BEGIN SELECT RAISE(ABORT, 'a name; please'); END;
