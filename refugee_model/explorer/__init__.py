"""Moving the numbers that matter and seeing what follows: in a notebook, or as a page on this machine only."""
