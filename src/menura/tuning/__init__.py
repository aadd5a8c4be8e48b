"""From many recordings of a speaker to what a base model can be trained on."""
