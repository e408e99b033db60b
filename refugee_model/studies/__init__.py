"""What we ask of many scenarios."""
