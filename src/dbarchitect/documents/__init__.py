"""The rules on documents, and what shapes and queries ask of them; plain values in, findings and advice out."""
