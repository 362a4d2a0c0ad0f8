"""What is wrong with a Redis server and its keys: rules, one file each, over plain values. Nothing here connects."""
