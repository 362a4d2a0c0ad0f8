"""Turns statements into evidence: runs on private copies what a finding claims."""
