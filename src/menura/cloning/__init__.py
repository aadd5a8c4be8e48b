"""From a clip to a voice."""
