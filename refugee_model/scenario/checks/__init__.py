"""Checks of a scenario: whether what is assumed agrees, whether it has an effect, and whether it is likely."""
