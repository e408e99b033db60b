"""How it is stored: the edge to the disk."""
