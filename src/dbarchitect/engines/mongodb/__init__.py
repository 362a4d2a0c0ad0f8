"""MongoDB: connections, and what a live database has."""
