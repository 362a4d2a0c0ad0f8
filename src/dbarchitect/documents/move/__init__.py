"""A document model moved to PostgreSQL: tables or JSONB, with the indexes and the queries translated."""
