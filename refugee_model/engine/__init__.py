"""How people move: numbers only, no dates, no files, no tables."""
