"""What numbers, signs and short forms are read as, one module for each language."""
