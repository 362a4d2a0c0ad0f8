"""A spec as documents: what is embedded, what refers to what, the queries, rows to try it on, and what must come."""
