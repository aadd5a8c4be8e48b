"""Fine-tuning of menura-1 on many recordings of one speaker."""
