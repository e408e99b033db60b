"""Learning from reports: what comes, how well it was foretold before, and a scenario that goes on from it."""
