"""How close, how clear, how natural: measures of speech."""
