"""What users bring: matrices, tables, texts and pictures, read exactly or refused with a place and a remedy.

Readers come in, each an entry in kinds.py, and what tells one kind of data from another; nothing that learns from it.
"""
