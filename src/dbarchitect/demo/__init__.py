"""The example of `dba demo`: a shop's schema with planted faults, and the workload that it serves."""
