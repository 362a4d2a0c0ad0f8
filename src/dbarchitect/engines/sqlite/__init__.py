"""SQLite: files that are read and never changed, private copies, and its planner. libSQL and Turso are dialects."""
