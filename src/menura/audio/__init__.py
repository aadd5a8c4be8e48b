"""Decode, encode, activity, enhance, quality: everything that touches samples."""
