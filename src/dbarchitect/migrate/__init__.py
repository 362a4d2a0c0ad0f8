"""Migrations: what turns one schema into another, in which order, in which form, and how files say it."""
