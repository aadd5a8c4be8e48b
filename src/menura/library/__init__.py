"""Voices and keys: tables, migrations, blobs. The only room that knows the database."""
