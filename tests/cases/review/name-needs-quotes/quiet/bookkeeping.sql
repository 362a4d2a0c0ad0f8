-- The table of a migration tool is not the user's.
CREATE TABLE "__EFMigrationsHistory" ("MigrationId" varchar(150) PRIMARY KEY, "ProductVersion" varchar(32) NOT NULL);
CREATE TABLE people (id bigint PRIMARY KEY, name text);
