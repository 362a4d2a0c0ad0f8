"""SQL text: the only room that imports a parser. Split, locate, fingerprint, compare."""
