"""PDFs, made with Typst."""
