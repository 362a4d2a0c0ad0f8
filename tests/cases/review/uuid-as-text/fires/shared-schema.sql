-- expect: database
CREATE TABLE a (uuid char(36) PRIMARY KEY, user_uuid char(36), org_uuid char(36));
CREATE TABLE b (uuid char(36) PRIMARY KEY, user_uuid char(36), org_uuid char(36));
