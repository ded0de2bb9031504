"""What a person can do after the result."""
