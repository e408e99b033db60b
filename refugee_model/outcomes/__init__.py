"""What a result means: named arrays of one draw or of many, read off facts once."""
