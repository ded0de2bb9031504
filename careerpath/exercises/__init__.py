"""What to do with a result, and the organisation's exercises."""
