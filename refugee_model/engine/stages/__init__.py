"""The stages on the way, from home to a place to stay: each lays out its own inputs and holds its rules."""
