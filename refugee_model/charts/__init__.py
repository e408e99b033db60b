"""How it is shown: tables drawn as charts."""
