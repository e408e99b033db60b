"""How it is said on the shell: answers and descriptions."""
