"""PostgreSQL: the private server, the twin on it, and what is asked of a server of the user."""
