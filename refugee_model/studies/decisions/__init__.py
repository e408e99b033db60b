"""What follows from many draws: what must be ready, what matters, what to watch and what to find out first."""
