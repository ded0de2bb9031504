"""Jupyter kernels that are forked from a warm process. Needs nothing else of careerpath."""
