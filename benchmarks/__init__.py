"""Measurements of the whole product; not installed, run from the project's root."""
