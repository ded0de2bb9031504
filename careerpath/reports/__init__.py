"""What is taken away, as files: HTML and PDF, made on request.

PDFs are set by Typst, whose documents are tagged for screen readers; the first one loads it.
"""
