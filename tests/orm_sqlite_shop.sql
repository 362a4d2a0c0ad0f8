PRAGMA foreign_keys = ON;
CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT NOT NULL COLLATE NOCASE UNIQUE,
  name VARCHAR(80) NOT NULL DEFAULT '',
  active BOOLEAN NOT NULL DEFAULT 1,
  manager_id INTEGER REFERENCES users(id) ON DELETE SET NULL,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  birthday DATE,
  settings JSON NOT NULL DEFAULT '{}'
);
CREATE TABLE tenants (id TEXT NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))), title TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE orders (
  tenant_id TEXT NOT NULL REFERENCES tenants(id),
  number INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  approver_id INTEGER REFERENCES users(id) DEFERRABLE INITIALLY DEFERRED,
  total_cents INTEGER NOT NULL CHECK (total_cents >= 0),
  paid INTEGER NOT NULL DEFAULT 0 CHECK (paid IN (0, 1)),
  weight REAL,
  vat_cents INTEGER GENERATED ALWAYS AS (total_cents * 20 / 100) STORED,
  label TEXT AS (tenant_id || '-' || number),
  payload BLOB,
  anything ANY,
  placed_at INTEGER NOT NULL DEFAULT (unixepoch()),
  PRIMARY KEY (tenant_id, number),
  CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT paid_has_total CHECK (NOT paid OR total_cents > 0)
) STRICT;
CREATE TABLE lines (
  id INTEGER PRIMARY KEY,
  tenant_id TEXT NOT NULL, number INTEGER NOT NULL,
  sku TEXT NOT NULL, price DECIMAL(10,2) NOT NULL, note,
  qty INT NOT NULL DEFAULT 1,
  FOREIGN KEY (tenant_id, number) REFERENCES orders ON DELETE CASCADE,
  UNIQUE (tenant_id, number, sku)
);
CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE order_tags (tenant_id TEXT NOT NULL, number INTEGER NOT NULL, tag_id INTEGER NOT NULL REFERENCES tags ON DELETE CASCADE,
  PRIMARY KEY (tenant_id, number, tag_id), FOREIGN KEY (tenant_id, number) REFERENCES orders(tenant_id, number) ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE "group" ("order" TEXT PRIMARY KEY, "camelCase" TEXT, "class" INTEGER DEFAULT -1);
CREATE TABLE log (at TEXT, what TEXT);
CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL, author_id INTEGER NOT NULL REFERENCES authors ON DELETE CASCADE);
CREATE INDEX books_author ON books(author_id);
CREATE INDEX orders_open ON orders(user_id) WHERE paid = 0;
CREATE INDEX users_lower ON users(lower(name), id DESC);
CREATE INDEX users_recent ON users(created_at DESC);
CREATE UNIQUE INDEX users_name_nocase ON users(name COLLATE NOCASE, email);
CREATE VIRTUAL TABLE notes USING fts5(title, body);
CREATE VIEW open_orders AS SELECT tenant_id, number, total_cents FROM orders WHERE paid = 0;
CREATE TRIGGER orders_touch AFTER UPDATE ON orders BEGIN INSERT INTO log VALUES (datetime('now'), 'order; changed'); END;
CREATE TRIGGER open_orders_delete INSTEAD OF DELETE ON open_orders BEGIN DELETE FROM orders WHERE tenant_id = OLD.tenant_id AND number = OLD.number; END;
