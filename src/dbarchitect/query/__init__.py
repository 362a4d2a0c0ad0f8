"""Queries: what their plans and texts say, sound rewrites, keyset pages, N+1. Plain values in, findings out."""
