"""People who flee through one road: how many, when, where they wait, what they need, and how sure we are."""

__version__ = "0.1.0"
