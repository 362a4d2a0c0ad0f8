COMMENT ON TABLE orders IS 'all';
