"""From text and voice to a stream of encoded audio."""
