"""What users bring: matrices, tables, texts and pictures, read exactly or refused with a place and a remedy."""
