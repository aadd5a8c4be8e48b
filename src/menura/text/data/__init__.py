"""Small data files that scripts of the repository made; see docs/licences.md."""
