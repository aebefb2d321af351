"""Plots in files of their own."""
