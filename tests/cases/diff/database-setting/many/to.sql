ALTER DATABASE corpus SET search_path = "$user", public;
ALTER DATABASE corpus SET "app.tenant" = 'it''s';
ALTER DATABASE corpus SET jit = off;
