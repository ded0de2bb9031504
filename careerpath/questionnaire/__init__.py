"""The questions, one screen each."""
