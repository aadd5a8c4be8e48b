"""Numbers in words, one module for each language."""
