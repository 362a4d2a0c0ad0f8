"""A cache designed from a relational workload: what to keep in Redis, how, for how long, in how much memory."""
