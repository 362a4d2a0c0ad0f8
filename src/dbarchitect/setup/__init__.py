"""What `dba init` knows: what a folder has, the texts that it writes, how they come into files and out again."""
