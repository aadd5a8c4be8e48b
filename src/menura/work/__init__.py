"""Worker processes that hold the model, and the queue before them."""
