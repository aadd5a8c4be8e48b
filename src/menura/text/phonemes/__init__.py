"""From words to phonemes, one module for each language."""
