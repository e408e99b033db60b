"""What we assume: frozen, checked models of everything a person writes."""
