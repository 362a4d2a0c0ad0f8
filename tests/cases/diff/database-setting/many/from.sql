ALTER DATABASE corpus SET search_path = public, app;
ALTER DATABASE corpus SET default_transaction_isolation = 'serializable';
