"""PDFs, set with Typst."""
