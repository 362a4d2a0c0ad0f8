"""Redis, and what speaks its protocol. redis-py is an extra: `pip install 'dbarchitect[redis]'`."""
