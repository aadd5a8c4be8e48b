"""Menura: open, self-hosted voice cloning."""
