"""The rule and what it needs: instruments, scoring, certainty, words and files."""
