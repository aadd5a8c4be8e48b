"""From written text to utterances of phonemes."""
